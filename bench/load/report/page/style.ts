import { markup } from '../../../../src/rollout/receipt/markup.ts';

/** Light or dark as the reader has it, narrow or wide, and fit for paper. The script takes the colours of its lines from here. */
export const style = markup`
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2024; --soft: #5b6470; --line: #d9dde2; --box: #f5f7f9;
  --pull: #1c2024; --manifest-head: #1f77b4; --manifest-get: #0b9e8e; --config: #c77700; --layer: #8e44ad; --error: #c62f2f;
  --source: #c77700; --store: #1f77b4; --cache: #0b9e8e; --sent: #8a94a0; --met: #1a7f4b; --missed: #c62f2f }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e6e9ec; --soft: #9aa4af; --line: #333a41; --box: #1c2125;
  --pull: #e6e9ec; --manifest-head: #5aa9e6; --manifest-get: #3ecfbd; --config: #f0a840; --layer: #c58be0; --error: #f07070;
  --source: #f0a840; --store: #5aa9e6; --cache: #3ecfbd; --sent: #7d8791; --met: #4cc38a; --missed: #f07070 } }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1rem; background: var(--ground); color: var(--ink) }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.25rem; margin: 0 0 .25rem } p { margin: .25rem 0 }
header p, .setting, .notes, figcaption, caption, dt { color: var(--soft) } a { color: var(--store) }
.setting, .notes { margin: .5rem 0; padding-left: 1.2rem; font-size: .9rem; overflow-wrap: anywhere }
ul.wrong { color: var(--missed); font-weight: 600; padding-left: 1.2rem; overflow-wrap: anywhere }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.25rem } section > p { max-width: 70ch; overflow-wrap: anywhere }
.key { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0 }
.key div { background: var(--box); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem }
dt { font-size: .8rem } dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap }
.scroll { overflow-x: auto; margin: 1rem 0 } :focus-visible { outline: 2px solid var(--store); outline-offset: 2px }
table { border-collapse: collapse; font-size: .85rem; width: 100%; font-variant-numeric: tabular-nums }
caption { text-align: left; font-size: .85rem; padding-bottom: .2rem }
th, td { border-bottom: 1px solid var(--line); padding: .2rem 1rem .2rem 0; text-align: right; vertical-align: top; white-space: nowrap }
th:last-child, td:last-child { padding-right: 0 } thead th { font-weight: 600; color: var(--soft) }
tbody th { font-weight: 500 } tbody th, .text { text-align: left } td.text { white-space: normal; min-width: 6rem; overflow-wrap: anywhere } tr { break-inside: avoid }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem 1.5rem; margin: 1rem 0 }
.chart { margin: 0; min-width: 0; break-inside: avoid } figcaption { font-size: .85rem } .plot { min-height: 13rem }
.uplot, .uplot * { font-family: inherit } .u-legend { font-size: .78rem; text-align: left; color: var(--soft); font-variant-numeric: tabular-nums }
.u-legend tr { display: inline-block; margin-right: .75rem; border: 0 } .u-legend th, .u-legend td { border: 0; padding: 0 .2rem 0 0; text-align: left }
.u-legend th { font-weight: 400; cursor: default; pointer-events: none } .u-legend .u-value { min-width: 3.5rem }
details { margin: .5rem 0; font-size: .85rem } summary { cursor: pointer; color: var(--soft) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 0 2rem; align-items: start }
.bar { display: block; width: 100%; min-width: 10rem; height: 1.3rem } .swatch { width: .7em; height: .7em; margin-right: .3em } .key-part { white-space: nowrap; margin-right: .6rem }
.source { fill: var(--source) } .store { fill: var(--store) } .cache { fill: var(--cache) } .sent, .peer { fill: var(--sent) }
rect.met { fill: var(--met) } rect.missed { fill: var(--missed) } span.met { color: var(--met) } span.missed { color: var(--missed) }
.bar line { stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke } .bar .aim { stroke-dasharray: 3 2; stroke-width: 2 } .bar .spread { stroke-width: 1 }
#contest .scroll { margin: 1.5rem 0 } #contest caption { font-weight: 600; color: var(--ink) } #contest td:nth-child(2) { width: 35%; padding-top: 0; padding-bottom: 0; vertical-align: middle }
@media print { body { margin: 0; max-width: none; font-size: 10px } .scroll { overflow: visible } details { display: none } }
`;

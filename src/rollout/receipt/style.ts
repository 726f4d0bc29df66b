import { markup } from './markup.ts';

/** Light or dark as the reader has it, and fit for paper. */
export const style = markup`
:root { color-scheme: light dark; --line: #8886; --done: #2a7ab8; --wave: #8882 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; font-size: .85rem; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top }
td { overflow-wrap: anywhere } thead { display: table-header-group } tr { break-inside: avoid }
figure { margin: 1.5rem 0 } svg { width: 100%; height: 9rem } rect { fill: var(--wave) }
polyline { fill: none; stroke: var(--done); stroke-width: 2; vector-effect: non-scaling-stroke }
@media print { body { margin: 0; max-width: none; font-size: 10px } }
`;

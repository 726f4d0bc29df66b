import { markup, type Markup } from '../../../src/rollout/receipt/markup.ts';
import { setting } from './figures/setting.ts';
import { contestSection } from './page/contest-section.ts';
import { inlined } from './page/inlined.ts';
import { keyFigures } from './page/key-figures.ts';
import { overview } from './page/overview.ts';
import { scenarioSection } from './page/scenario-section.ts';
import type { Report } from './report.ts';

/**
 * A page that shows a report, whole in itself: it opens from a file, and nothing is fetched. It holds the report as JSON, of
 * which its script draws the charts; all else is there without a script.
 */
export async function pageOf(report: Report): Promise<string> {
  const { version, begun, scenarios, contest } = report;
  const { policy, styles, scripts } = await inlined();
  const page = markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>dropstack ${version}: load of ${begun}</title>
${styles}</head>
<body>
<header><h1>dropstack ${version} under load</h1>
<p>Begun <time datetime="${begun}">${begun}</time></p>
<ul class="setting">${setting(report).map((line) => markup`<li>${line}</li>`)}</ul></header>
<main>
${keyFigures(report)}
<noscript><p>The charts need a script to run; the tables have what they show.</p></noscript>
${overview(scenarios)}
${scenarios.map(scenarioSection)}
${contestSection(contest)}
</main>
<script type="application/json" id="report">${json(report)}</script>
${scripts}
</body>
</html>
`;
  return page.html;
}

/** JSON within a script element, which a `<` could end or turn into a comment; nor do characters stay that no HTML may hold. */
function json(report: Report): Markup {
  return { html: JSON.stringify(report).replaceAll(/[<\u007F-\u009F]/g, escaped) };
}

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import type { RunData } from '../../results/run-directory.js';
import { bundle, VIEWER_MODULES } from '../flamegraph/html/bundle.js';
import { escapeHtml, scriptJson } from '../flamegraph/html/escape.js';
import { policyElement } from '../flamegraph/html/policy.js';
import { inLanguage, type Language, t } from '../language/language.js';
import { HTML_CHINESE } from '../language/zh/html.js';
import { reportPath } from '../report/render-report.js';
import { renderFigure } from './figure.js';
import { FLAMEGRAPHS_ID, heading as flameHeading, flameSection, VIEWER_IDS } from './flame-section.js';
import { runGraphs } from './run-graphs.js';
import { type PageSection, type PageText, renderSections, runHeading } from './sections.js';
import { Slugs } from './slugs.js';
import { REPORT_STYLE } from './style/report-style.js';

/** Modules that only the page of a report has, each after those it imports. */
const REPORT_MODULES = [
  'html/client/theme.js',
  'html/client/sort-key.js',
  'html/client/sort.js',
  'html/client/stops.js',
  'html/client/tooltip.js',
  'html/client/contents.js',
  'html/client/start.js',
] as const;

/** Runs before the first paint, so that a page in the remembered theme does not flash in the other. */
const THEME_FIRST =
  "try { const theme = localStorage.getItem('strata-theme'); if (theme === 'dark' || theme === 'light') document.documentElement.setAttribute('data-theme', theme); } catch {}";

const OWN_IDS = [
  'run-heading',
  'main',
  'theme',
  'words',
  'panel',
  'run',
  'contents',
  'chart-tip',
  'chart-said',
  FLAMEGRAPHS_ID,
];

/** Where the page of a language lies in the run directory. */
export function pagePath(language: Language): string {
  return language === 'en' ? 'report.html' : `report.${language}.html`;
}

/**
 * The page of a rendered report (path → text): one file with its pictures, its scripts and every
 * flamegraph of `data`, which loads nothing and says so in its own content security policy. Same run, same bytes.
 */
export function reportPage(
  rendered: ReadonlyMap<string, string>,
  data: RunData | null,
  language: Language,
): string {
  return inLanguage(language, () => {
    const markdown = rendered.get(reportPath(language));
    if (markdown === undefined)
      throw new RangeError(`no ${reportPath(language)} among the files of the report`);
    const found = data === null ? { graphs: [], leftOut: 0 } : runGraphs(data);
    const graphIds = new Set(found.graphs.map(({ id }) => id));
    let figures = 0;
    const text = renderSections(markdown, new Slugs([...VIEWER_IDS, ...OWN_IDS]), (path, caption) => {
      const svg = rendered.get(path);
      if (svg === undefined) return null;
      const name = path.replace(/^flame\//, '').replace(/(?:\.zh)?\.svg$/, '');
      figures += 1;
      return renderFigure(svg, { caption, id: `figure-${figures}`, graph: graphIds.has(name) ? name : null });
    });
    return page(text, flameSection(found), language);
  });
}

function page(text: PageText, flames: string, language: Language): string {
  const script = bundle([...VIEWER_MODULES, ...REPORT_MODULES], 'startReport(document, window);');
  const [verdict, ...others] = text.sections;
  const words = language === 'zh' ? HTML_CHINESE : {};
  return [
    '<!doctype html>',
    `<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`,
    '<head>',
    '<meta charset="utf-8">',
    policyElement([THEME_FIRST, script], REPORT_STYLE),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(text.title)}</title>`,
    `<script>${THEME_FIRST}</script>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    `<a class="skip" href="#main">${escapeHtml(t`Skip to the verdict`)}</a>`,
    ...banner(text.title),
    '<div class="layout">',
    contents(text.sections, flames !== ''),
    '<main id="main" tabindex="-1">',
    ...(verdict === undefined ? [] : [section(verdict, 'verdict')]),
    `<section id="run" aria-labelledby="run-heading">\n<h2 id="run-heading">${escapeHtml(runHeading())}</h2>\n${text.preamble}</section>`,
    ...others.map((one) => section(one, 'part')),
    flames,
    '</main>',
    '</div>',
    '<div id="chart-tip" hidden></div>',
    '<div id="chart-said" class="unseen" role="status"></div>',
    `<script type="application/json" id="words">${scriptJson(words)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function banner(title: string): string[] {
  const options = [
    ['auto', t`as the system`],
    ['light', t`light`],
    ['dark', t`dark`],
  ].map(([value, name]) => `<option value="${value}">${escapeHtml(name!)}</option>`);
  return [
    '<header class="banner">',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="theme" hidden><label for="theme">${escapeHtml(t`Theme`)}</label> <select id="theme">${options.join('')}</select></p>`,
    '</header>',
  ];
}

function section({ id, html, body }: PageSection, kind: 'verdict' | 'part'): string {
  return `<section class="${kind}" aria-labelledby="${id}">\n<h2 id="${id}">${html}</h2>\n${body}</section>`;
}

/** Open where there is room beside the text; the page's script closes it where it stands above. */
function contents(sections: readonly PageSection[], hasFlames: boolean): string {
  const lines = sections.map(({ id, html, parts }) => {
    const inner = parts.map((part) => `<li>${entry(part.id, part.html)}</li>`).join('');
    return `<li>${entry(id, html)}${inner === '' ? '' : `<ol>${inner}</ol>`}</li>`;
  });
  lines.splice(1, 0, `<li>${entry('run', escapeHtml(runHeading()))}</li>`);
  if (hasFlames) lines.push(`<li>${entry(FLAMEGRAPHS_ID, escapeHtml(flameHeading()))}</li>`);
  const name = escapeHtml(t`Contents`);
  return `<nav class="contents" aria-label="${name}"><details id="contents" open><summary>${name}</summary>\n<ol>${lines.join('\n')}</ol></details></nav>`;
}

function entry(id: string, html: string): string {
  return `<a href="#${id}">${html.replaceAll(/<\/?a\b[^>]*>/g, '')}</a>`;
}

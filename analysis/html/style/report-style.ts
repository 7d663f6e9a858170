import { CHART_STYLE } from './chart-style.js';
import { VIEWER_STYLE } from './viewer-style.js';

const LIGHT =
  '--ground: #ffffff; --ink: #1c2024; --muted: #565e68; --line: #dde2e8; --raised: #f4f6f8; --accent: #0b5cb8; --good: #1a7f37; --warn: #8a5a00; --bad: #c0212d; --shadow: rgb(20 30 40 / 0.16); color-scheme: light;';
const DARK =
  '--ground: #0f1317; --ink: #e2e7ed; --muted: #9aa5b1; --line: #2b323b; --raised: #171c22; --accent: #74b4ff; --good: #58c776; --warn: #e3b341; --bad: #ff8179; --shadow: rgb(0 0 0 / 0.55); color-scheme: dark;';

/** The look of the page: ink on a plain ground, hairlines, one accent; figures in columns that line up. */
export const REPORT_STYLE = `
:root { ${LIGHT} --text: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${DARK} } }
:root[data-theme="dark"] { ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 20px; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.55 var(--text); text-rendering: optimizeLegibility; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
#main:focus { outline: none; }
.skip { position: absolute; left: 12px; top: -60px; z-index: 5; padding: 6px 12px; background: var(--ground); border: 1px solid var(--accent); border-radius: 4px; }
.skip:focus { top: 8px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.banner { display: flex; flex-wrap: wrap; gap: 6px 24px; align-items: baseline; justify-content: space-between; padding: 14px 28px 12px; border-bottom: 1px solid var(--line); }
h1 { font-size: 19px; line-height: 1.3; font-weight: 650; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; min-width: 0; }
.theme { margin: 0; color: var(--muted); font-size: 13px; }
select, button, input { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 5px; padding: 3px 9px; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); }
main { min-width: 0; padding: 8px 28px 80px; max-width: 1240px; }

.contents { font-size: 13px; line-height: 1.4; padding: 10px 28px 0; }
.contents summary { cursor: pointer; font-weight: 600; }
.contents ol { list-style: none; margin: 0; padding: 0; }
.contents ol ol { padding-left: 12px; }
.contents a { display: block; padding: 3px 8px; border-left: 2px solid transparent; color: var(--muted); text-decoration: none; overflow-wrap: anywhere; }
.contents > details > ol > li > a { color: var(--ink); }
.contents a:hover { color: var(--accent); }
.contents a[aria-current] { border-left-color: var(--accent); color: var(--accent); }
@media (min-width: 1080px) {
  .layout { grid-template-columns: 248px minmax(0, 1fr); }
  .contents { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 22px 8px 24px 20px; border-right: 1px solid var(--line); scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
  .contents summary { list-style: none; pointer-events: none; padding: 0 8px 6px; color: var(--muted); font-weight: 500; }
  .contents summary::-webkit-details-marker { display: none; }
  main { padding: 8px 36px 80px; }
}

h2 { font-size: 20px; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 10px; }
section.part, #run, #flamegraphs { margin-top: 44px; padding-top: 18px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; font-weight: 620; margin: 30px 0 8px; }
h4 { font-size: 14px; font-weight: 620; margin: 22px 0 6px; }
p, li { max-width: 92ch; overflow-wrap: anywhere; }
p { margin: 8px 0 10px; }
p.lead { margin: 20px 0 4px; }
p.lead strong { font-weight: 620; }
p.note { font-size: 12px; line-height: 1.5; color: var(--muted); margin: 6px 0 16px; }
sub { font-size: inherit; vertical-align: baseline; color: var(--muted); }
p > sub:first-child { font-size: 12px; }
ol, ul { padding-left: 22px; }
li { margin: 5px 0; }
code, pre, kbd { font-family: var(--mono); font-size: 0.9em; }
code { background: var(--raised); border-radius: 3px; padding: 1px 4px; }
pre { overflow-x: auto; padding: 12px 14px; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; line-height: 1.45; }
pre code { background: none; padding: 0; }
details { margin: 12px 0; }
details > summary { cursor: pointer; color: var(--accent); width: fit-content; }
blockquote { margin: 12px 0; padding: 2px 14px; border-left: 3px solid var(--line); color: var(--muted); }

.verdict { padding-top: 16px; }
.verdict > p:first-of-type { font-size: 16px; line-height: 1.55; max-width: 86ch; margin: 0 0 14px; padding: 12px 16px; background: var(--raised); border-left: 3px solid var(--accent); border-radius: 0 6px 6px 0; }
.verdict > p:first-of-type strong { font-weight: inherit; }
.verdict li strong { font-weight: 600; }

.sign { width: 1em; height: 1em; vertical-align: -0.13em; fill: none; stroke: var(--ground); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.sign circle, .sign .ground { stroke: none; }
.sign.good circle { fill: var(--good); }
.sign.warn .ground { fill: var(--warn); }
.sign.bad circle { fill: var(--bad); }
.sign.open circle { fill: var(--muted); }

.wide { overflow-x: auto; margin: 10px 0 4px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
table { border-collapse: collapse; font-size: 13px; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: 4px 18px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; min-width: 3.2em; max-width: 52ch; }
th[scope="row"], .short { white-space: nowrap; }
.wide th[scope="row"]:first-child, .wide thead th:first-child { position: sticky; left: 0; z-index: 1; background: var(--ground); }
tbody tr:hover > th[scope="row"]:first-child { background: var(--raised); }
table.facts th[scope="row"] { padding-right: 22px; }
table.facts td { max-width: 90ch; }
table.facts th[scope="row"] strong { font-weight: 400; color: var(--muted); }
thead th { font-size: 12px; font-weight: 500; color: var(--muted); vertical-align: bottom; border-bottom-color: var(--muted); max-width: 20ch; }
tbody tr:hover > td, tbody tr:hover > th { background: var(--raised); }
tfoot > tr > * { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; padding-left: 8px; padding-right: 10px; }
thead .n { white-space: normal; }
.n + :not(.n) { padding-left: 8px; }
td.none { color: var(--muted); }
button.sort { all: unset; cursor: pointer; position: relative; }
button.sort:hover { color: var(--accent); }
button.sort:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
[aria-sort] { color: var(--accent); }
[aria-sort="descending"] button::after { content: "\\2193"; position: absolute; margin-left: 2px; }
[aria-sort="ascending"] button::after { content: "\\2191"; position: absolute; margin-left: 2px; }
${CHART_STYLE}${VIEWER_STYLE}
@media (max-width: 640px) {
  .banner { padding: 12px 16px; }
  .contents { padding: 8px 16px 0; }
  main { padding: 4px 16px 60px; }
  .verdict > p:first-of-type { padding: 10px 12px; }
  th[scope="row"] { white-space: normal; min-width: 9ch; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  :root, :root[data-theme] { ${LIGHT} }
  body { font-size: 10pt; }
  .contents, .skip, .theme, .bar, .tabs, #keys, #chart-tip, #tip, .explore, .values { display: none; }
  .layout { display: block; }
  main { padding: 0; max-width: none; }
  .drawn, .drawn.large { min-width: 0; }
  .wide { overflow: visible; }
  table, thead th { font-size: 7.5pt; }
  th, td, .n, .short, th[scope="row"] { padding: 2px 8px 2px 0; white-space: normal; overflow-wrap: break-word; }
  th, td { min-width: 0; }
  section.part { border-top: 0; margin-top: 16px; }
  h2, h3, h4, p.lead { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
`;

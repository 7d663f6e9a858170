/** The look of the page; light, and dark where the reader prefers it. */
export const PAGE_STYLE = `
:root { --ground: #ffffff; --ink: #1f2328; --muted: #57606a; --line: #d0d7de; --raised: #f6f8fa; --accent: #0969da; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --ink: #e6edf3; --muted: #9198a1; --line: #30363d; --raised: #161b22; --accent: #4493f8; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; padding: 16px 20px; background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 18px; margin: 0 0 2px; }
h2 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 2px 0 8px; color: var(--muted); }
.bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 8px 0; }
button, select, input { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; }
select { max-width: 100%; }
input { min-width: 220px; background: var(--ground); }
button { cursor: pointer; }
button:disabled { opacity: 0.45; cursor: default; }
button[aria-pressed="false"] { opacity: 0.5; text-decoration: line-through; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
#textures { gap: 14px; font-size: 12.5px; }
.hatched { background: repeating-linear-gradient(135deg, #6cb2eb 0 2px, #4d80a9 2px 4px); }
#scroller { position: relative; max-height: 72vh; overflow-x: hidden; overflow-y: auto; border: 1px solid var(--line); border-radius: 6px; }
#spacer { position: relative; }
#canvas { position: sticky; top: 0; left: 0; display: block; cursor: pointer; }
#details { min-height: 1.5em; margin: 8px 0; color: var(--ink); overflow-wrap: anywhere; }
#tip { position: fixed; z-index: 2; max-width: 48vw; padding: 6px 9px; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 3px 12px rgb(0 0 0 / 0.25); font-size: 12.5px; pointer-events: none; overflow-wrap: anywhere; }
#tip div:first-child { font-weight: 600; }
.muted, #view, #matched { color: var(--muted); }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; background: var(--raised); font: 12px ui-monospace, monospace; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
caption { text-align: left; color: var(--muted); padding-bottom: 4px; }
th, td { text-align: left; padding: 2px 14px 2px 0; border-bottom: 1px solid var(--line); max-width: 46ch; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
`;

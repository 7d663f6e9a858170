/** The viewer of flamegraphs as a part of the page. */
export const VIEWER_STYLE = `
.tabs { display: flex; flex-wrap: wrap; gap: 0 4px; border-bottom: 1px solid var(--line); margin: 12px 0; }
[role="tab"] { background: none; border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 6px 10px; margin-bottom: -1px; color: var(--muted); cursor: pointer; }
[role="tab"][aria-selected="true"] { color: var(--ink); border-bottom-color: var(--accent); font-weight: 600; }
#viewer h3 { margin: 12px 0 2px; }
#note { color: var(--muted); font-size: 13px; margin: 0 0 8px; }
.bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 8px 0; font-size: 13px; }
.bar button { cursor: pointer; }
.bar button:disabled { color: var(--muted); border-style: dashed; cursor: default; }
.bar button[aria-pressed="false"] { color: var(--muted); text-decoration: line-through; }
#find { flex: 0 1 320px; min-width: 0; background: var(--ground); }
#textures { gap: 4px 14px; font-size: 12.5px; }
.hatched { background: repeating-linear-gradient(135deg, #6cb2eb 0 2px, #4d80a9 2px 4px); }
#scroller { position: relative; max-height: 72vh; overflow-x: hidden; overflow-y: auto; border: 1px solid var(--line); border-radius: 6px; }
#spacer { position: relative; }
#canvas { position: sticky; top: 0; left: 0; display: block; cursor: pointer; }
#details { min-height: 1.5em; margin: 8px 0; overflow-wrap: anywhere; }
.muted, #view, #matched { color: var(--muted); }
#keys { color: var(--muted); font-size: 12.5px; }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; background: var(--raised); }
.number { text-align: right; white-space: nowrap; padding-left: 8px; padding-right: 10px; }
#flamegraphs section caption { position: static; width: auto; height: auto; clip-path: none; text-align: left; white-space: normal; color: var(--muted); font-size: 12px; padding-bottom: 4px; }
#flamegraphs section th, #flamegraphs section td { overflow-wrap: break-word; }
`;

/** Pictures of the report take the colours of the page; their marks answer to the pointer. */
export const CHART_STYLE = `
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 620px), 1fr)); gap: 8px 24px; margin: 14px 0; }
figure { margin: 0; min-width: 0; }
figure.picture { grid-column: 1 / -1; }
.plot { overflow-x: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; border: 1px solid var(--line); border-radius: 6px; }
figure.chart { max-width: 862px; }
.drawn { display: block; width: 100%; min-width: 600px; height: auto; }
.drawn.large { min-width: 900px; max-width: none; }
.drawn text { font-family: var(--text); font-size: 12px; fill: var(--ink); }
.drawn .title { font-size: 14px; font-weight: 600; }
.drawn .muted { font-size: 11px; fill: var(--muted); }
.drawn .ink { font-size: 11px; fill: #1c2024; }
.drawn .frame { font-family: var(--mono); font-size: 11px; fill: #1c2024; }
.drawn .grid { stroke: var(--line); stroke-width: 1; }
.drawn .axis { stroke: var(--muted); stroke-width: 1; }
.drawn .cross { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; pointer-events: none; }
.drawn circle.on { stroke: var(--ink); stroke-width: 2; }
.drawn g.on rect { stroke: var(--ink); stroke-width: 1.5; }
figcaption { font-size: 12px; color: var(--muted); margin: 4px 0 0; max-width: 92ch; }
.explore { white-space: nowrap; margin-left: 6px; }
details.values { margin: 2px 0 12px; font-size: 12px; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
#chart-tip, #tip { position: fixed; z-index: 3; max-width: min(46ch, 60vw); padding: 6px 10px; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 4px 16px var(--shadow); font-size: 12.5px; line-height: 1.45; font-variant-numeric: tabular-nums; pointer-events: none; overflow-wrap: anywhere; }
#chart-tip div:first-child, #tip div:first-child { font-weight: 600; }
`;

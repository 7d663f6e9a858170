/** The few pieces of SVG that the charts and flamegraphs are made of. Same input, same bytes. */
export type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const head = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${head}/>` : `<${name}${head}>${children.join('')}</${name}>`;
}

/** Text content, escaped. */
export function label(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeXml(content));
}

/** What a viewer shows under the pointer. */
export function hover(content: string): string {
  return element('title', {}, escapeXml(content));
}

/**
 * What a mark of a chart says, for readers of the picture that are programs: the page of the report makes tooltips and a table of it.
 * `value` has its unit.
 */
export function mark(row: string, series: string, value: string): Attributes {
  return { 'data-row': row, 'data-series': series, 'data-value': value };
}

/** Two decimals at most: a hundredth of a pixel is enough, and the bytes stay short and equal. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return Object.is(rounded, -0) ? '0' : String(rounded);
}

/** Five characters that mean something to XML, and control characters, which XML 1.0 forbids even escaped. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/** Neutral ink on a plain ground; a viewer that prefers dark gets the dark pair. */
const STYLE = [
  'svg{background:#ffffff}',
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#24292f;font-size:12px}',
  '.title{font-size:15px;font-weight:600}',
  '.muted{fill:#57606a;font-size:11px}',
  '.grid{stroke:#d0d7de;stroke-width:1}',
  '.axis{stroke:#57606a;stroke-width:1}',
  '.ink{fill:#1f2328;font-size:11px}',
  '@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.muted{fill:#9198a1}',
  '.grid{stroke:#30363d}.axis{stroke:#9198a1}.ink{fill:#1f2328}}',
].join('');

export function svgDocument(
  size: { width: number; height: number },
  title: string,
  body: readonly string[],
): string {
  const { width, height } = size;
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      width,
      height,
      role: 'img',
    },
    `\n${hover(title)}\n`,
    `<style>${STYLE}</style>\n`,
    body.join('\n'),
    '\n',
  );
  return `${root}\n`;
}

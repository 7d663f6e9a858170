import { escapeHtml } from '../flamegraph/html/escape.js';

/** The elements that a report writes into its Markdown. Every other `<` is text: names of functions and files may hold anything. */
const TAG = /<(\/?)(details|summary|sub|kbd|br)( open)?\s*\/?>/g;

/** Passes the few elements of the report through, and keeps `<details>` in pairs, so that no text can close what the page opened. */
export class RawHtml {
  #open = 0;

  render(html: string): string {
    let at = 0;
    let safe = '';
    for (const match of html.matchAll(TAG)) {
      safe += escapeText(html.slice(at, match.index));
      at = match.index + match[0].length;
      safe += this.#tag(match[2]!, match[1] === '/', match[3] !== undefined);
    }
    return safe + escapeText(html.slice(at));
  }

  /** Ends what is still open at the end of a section. */
  end(): string {
    const ends = '</details>'.repeat(this.#open);
    this.#open = 0;
    return ends;
  }

  #tag(name: string, closes: boolean, open: boolean): string {
    if (name === 'br') return '<br>';
    if (name !== 'details') return closes ? `</${name}>` : `<${name}>`;
    if (closes && this.#open === 0) return '';
    this.#open += closes ? -1 : 1;
    if (closes) return '</details>';
    return open ? '<details open>' : '<details>';
  }
}

/** References such as `&lt;` mean in a page what they mean in Markdown. */
function escapeText(text: string): string {
  return text
    .split(/(&#?\w{1,32};)/)
    .reduce(
      (all, part, index) =>
        all + (index % 2 === 1 ? part : escapeHtml(part).replaceAll('&apos;', "'").replaceAll('&quot;', '"')),
      '',
    );
}

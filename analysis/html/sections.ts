import { Lexer, Parser, Renderer, type Token, type Tokens } from 'marked';
import { escapeHtml } from '../flamegraph/html/escape.js';
import { t } from '../language/language.js';
import { RawHtml } from './raw-html.js';
import { drawSigns } from './signs.js';
import type { Slugs } from './slugs.js';
import { renderTable } from './table.js';

export interface PageHeading {
  readonly id: string;
  /** Inline HTML. */
  readonly html: string;
}

export interface PageSection extends PageHeading {
  readonly body: string;
  /** Headings one level down. */
  readonly parts: readonly PageHeading[];
}

export interface PageText {
  /** Plain text. */
  readonly title: string;
  /** What stands between the title and the first section. */
  readonly preamble: string;
  readonly sections: readonly PageSection[];
}

/** Path of a picture in the run directory and its caption → HTML; null for a picture that the report does not have. */
export type DrawPicture = (path: string, caption: string) => string | null;

/** The Markdown of a report as the sections of a page. Nothing in it becomes an element but Markdown's own and the few of `RawHtml`. */
export function renderSections(markdown: string, slugs: Slugs, draw: DrawPicture): PageText {
  const renderer = new PageRenderer(slugs, draw);
  const [before, ...groups] = groupByHeading(Lexer.lex(markdown, { gfm: true }));
  const title = before!.find((token) => token.type === 'heading' && token.depth === 1);
  const render = (tokens: readonly Token[]): string =>
    Parser.parse([...tokens], { gfm: true, renderer }) + renderer.endSection();
  return {
    title: title === undefined ? '' : plainText((title as Tokens.Heading).tokens),
    preamble: render(before!.filter((token) => token !== title)),
    sections: groups.map(([heading, ...tokens]) => {
      const { tokens: words } = heading as Tokens.Heading;
      const own = renderer.open(words);
      const body = render(tokens);
      return { ...own, body, parts: renderer.takeParts() };
    }),
  };
}

/** What the part before the first section is about: the run itself. */
export function runHeading(): string {
  return t`The run`;
}

/** What stands before the first heading of the second level, then a group from each. */
function groupByHeading(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [[]];
  for (const token of tokens) {
    if (token.type === 'heading' && token.depth === 2) groups.push([token]);
    else groups.at(-1)!.push(token);
  }
  return groups;
}

class PageRenderer extends Renderer {
  readonly #slugs: Slugs;
  readonly #draw: DrawPicture;
  readonly #raw = new RawHtml();
  #parts: PageHeading[] = [];
  /** The nearest heading and the line in bold under it: they name the next table. */
  #heading = runHeading();
  #lead = '';

  constructor(slugs: Slugs, draw: DrawPicture) {
    super();
    this.#slugs = slugs;
    this.#draw = draw;
  }

  /** Takes up the heading of a section. */
  open(words: Token[]): PageHeading {
    this.#heading = plainText(words);
    this.#lead = '';
    const html = Parser.parseInline(words, { gfm: true, renderer: this });
    return { id: this.#slugs.next(this.#heading), html };
  }

  takeParts(): readonly PageHeading[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  endSection(): string {
    return this.#raw.end();
  }

  override heading({ tokens, depth }: Tokens.Heading): string {
    const heading = this.open(tokens);
    if (depth === 3) this.#parts.push(heading);
    return `<h${depth} id="${heading.id}">${heading.html}</h${depth}>\n`;
  }

  override paragraph({ tokens }: Tokens.Paragraph): string {
    const pictures = tokens.filter((token) => token.type === 'image');
    const isPictures =
      pictures.length > 0 && tokens.every((token) => token.type === 'image' || token.raw.trim() === '');
    if (isPictures)
      return `<div class="figures">\n${pictures.map((token) => this.image(token as Tokens.Image)).join('')}</div>\n`;
    const [first, ...more] = tokens;
    if (first?.type === 'strong' && more.length === 0) this.#lead = plainText(tokens);
    const kind =
      first?.type === 'strong' && more.length === 0 ? ' class="lead"' : isNote(tokens) ? ' class="note"' : '';
    return `<p${kind}>${this.parser.parseInline(tokens)}</p>\n`;
  }

  override table(table: Tokens.Table): string {
    const caption = this.#lead === '' ? this.#heading : `${this.#heading}: ${this.#lead}`;
    return renderTable(table, { caption, inline: (tokens) => this.parser.parseInline(tokens) });
  }

  /** Signs in text only: in a name, and in an attribute, they are characters. */
  override text(token: Tokens.Text | Tokens.Escape): string {
    return drawSigns(super.text(token));
  }

  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return this.#raw.render(text);
  }

  override link({ href, tokens }: Tokens.Link): string {
    const text = this.parser.parseInline(tokens);
    // A link that a name of the process made up leads nowhere.
    return /^(?:https?:\/\/|#|[\w-][\w./-]*$)/.test(href)
      ? `<a href="${escapeHtml(href)}">${text}</a>`
      : text;
  }

  override image({ href, text }: Tokens.Image): string {
    return this.#draw(href, text) ?? `<p class="note">${escapeHtml(text)}</p>\n`;
  }
}

/** Reasons and sources under a table. */
function isNote(tokens: readonly Token[]): boolean {
  const [first] = tokens;
  return first !== undefined && (/^\[\d+\]/.test(first.raw) || first.raw === '<sub>');
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const inner = 'tokens' in token && token.tokens !== undefined ? plainText(token.tokens) : null;
      return inner ?? ('text' in token ? decode(String(token.text)) : '');
    })
    .join('');
}

/** Texts of Markdown may hold the references that its escapes become. */
function decode(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

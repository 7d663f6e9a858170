/** Ids of headings as GitHub makes them, so that one link serves the Markdown and the page. Ids that the page itself needs are not given away. */
export class Slugs {
  readonly #used: Set<string>;

  constructor(reserved: readonly string[]) {
    this.#used = new Set(reserved);
  }

  next(text: string): string {
    const plain = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const base = plain === '' ? 'part' : plain;
    let id = base;
    for (let count = 1; this.#used.has(id); count += 1) id = `${base}-${count}`;
    this.#used.add(id);
    return id;
  }
}

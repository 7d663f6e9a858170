/** What a client reads: text for strings, of one character a byte; an error as the line behind the minus. */
export type Answer = string | number | null | boolean | Failed | readonly Answer[] | Map<Answer, Answer>;

export class Failed {
  readonly line: string;

  constructor(line: string) {
    this.line = line;
  }
}

/** Reads RESP2 and RESP3 replies out of what the server sent. Throws on anything that is neither. */
export class ReplyReader {
  #text = '';
  #at = 0;

  push(chunk: Buffer): void {
    this.#text = this.#text.slice(this.#at) + chunk.toString('latin1');
    this.#at = 0;
  }

  /** Bytes that are no whole reply yet. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Undefined when the next one is not whole. */
  next(): Answer | undefined {
    const start = this.#at;
    const answer = this.#read();
    if (answer === undefined) this.#at = start;
    return answer;
  }

  #read(): Answer | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new Failed(rest);
      case ':':
        return this.#number(rest);
      case '_':
        return null;
      case '#':
        return rest === 't';
      case '$':
        return this.#bulk(Number(rest));
      case '=': {
        const text = this.#bulk(Number(rest));
        return typeof text === 'string' ? text.slice(4) : text;
      }
      case '*':
      case '~':
        return this.#items(Number(rest));
      case '%': {
        const items = this.#items(2 * Number(rest));
        if (items === undefined || items === null) return items;
        const map = new Map<Answer, Answer>();
        for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
        return map;
      }
      default:
        throw new Error(`no reply begins with ${JSON.stringify(line.slice(0, 40))}`);
    }
  }

  #number(text: string): Answer {
    if (!/^-?[0-9]+$/.test(text)) throw new Error(`not an integer: ${text}`);
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : text;
  }

  #line(): string | undefined {
    const end = this.#text.indexOf('\r\n', this.#at);
    if (end === -1) return undefined;
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #bulk(length: number): string | null | undefined {
    if (length === -1) return null;
    const end = this.#at + length;
    if (this.#text.length < end + 2) return undefined;
    const text = this.#text.slice(this.#at, end);
    if (this.#text.slice(end, end + 2) !== '\r\n') throw new Error('no line end behind a bulk string');
    this.#at = end + 2;
    return text;
  }

  #items(count: number): Answer[] | null | undefined {
    if (count === -1) return null;
    const items: Answer[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.#read();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}

/** What the way from one node to another is like. `hold`: bytes wait until it is over. `drop`: they are lost, and the connection with them. */
export interface LinkCondition {
  readonly blocked: 'hold' | 'drop' | null;
  readonly delayMs: number;
  /** Up to this much is added to the delay of each piece; the order stays. */
  readonly jitterMs: number;
  /** Null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
}

export const CLEAR: LinkCondition = { blocked: null, delayMs: 0, jitterMs: 0, bytesPerSecond: null };

interface Link {
  readonly from: number;
  readonly to: number;
  readonly imposed: Set<Partial<LinkCondition>>;
  effective: LinkCondition;
}

/** Whoever carries bytes over a link. */
export interface Carrier {
  conditionChanged(): void;
  reset(): void;
}

/** The conditions of every ordered pair of nodes. Faults overlap: each imposes its own and takes it back; the worst of all counts. */
export class LinkTable {
  readonly #links = new Map<string, Link>();
  readonly #carriers = new Map<string, Set<Carrier>>();

  condition(from: number, to: number): LinkCondition {
    return this.#links.get(keyOf(from, to))?.effective ?? CLEAR;
  }

  /** Gives the way to take it back, which may be called more than once. */
  impose(from: number, to: number, condition: Partial<LinkCondition>): () => void {
    const link = this.#link(from, to);
    link.imposed.add(condition);
    this.#update(link);
    return () => {
      if (link.imposed.delete(condition)) this.#update(link);
    };
  }

  /** Takes everything back, whoever imposed it. */
  healAll(): void {
    for (const link of this.#links.values()) {
      link.imposed.clear();
      this.#update(link);
    }
  }

  /** Breaks the connections that carry bytes from one to the other. */
  reset(from: number, to: number): void {
    for (const carrier of [...(this.#carriers.get(keyOf(from, to)) ?? [])]) carrier.reset();
  }

  /** Tells the carrier of changes until the returned function is called. */
  subscribe(from: number, to: number, carrier: Carrier): () => void {
    const key = keyOf(from, to);
    const carriers = this.#carriers.get(key) ?? new Set();
    this.#carriers.set(key, carriers.add(carrier));
    return () => carriers.delete(carrier);
  }

  #link(from: number, to: number): Link {
    const key = keyOf(from, to);
    const link = this.#links.get(key) ?? { from, to, imposed: new Set(), effective: CLEAR };
    this.#links.set(key, link);
    return link;
  }

  #update(link: Link): void {
    link.effective = [...link.imposed].reduce(worse, CLEAR);
    for (const carrier of [...(this.#carriers.get(keyOf(link.from, link.to)) ?? [])])
      carrier.conditionChanged();
  }
}

function worse(a: LinkCondition, b: Partial<LinkCondition>): LinkCondition {
  const rates = [a.bytesPerSecond, b.bytesPerSecond ?? null].filter((rate) => rate !== null);
  const blocked = [a.blocked, b.blocked ?? null];
  return {
    blocked: blocked.includes('drop') ? 'drop' : blocked.includes('hold') ? 'hold' : null,
    delayMs: Math.max(a.delayMs, b.delayMs ?? 0),
    jitterMs: Math.max(a.jitterMs, b.jitterMs ?? 0),
    bytesPerSecond: rates.length === 0 ? null : Math.min(...rates),
  };
}

function keyOf(from: number, to: number): string {
  return `${from}>${to}`;
}

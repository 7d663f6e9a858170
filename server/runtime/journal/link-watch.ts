import type { NodeId } from '../../consensus/messages.js';
import type { LinkStatus } from '../../ports/transport.js';
import type { EventJournal } from './event-journal.js';

/** Tells the journal of the links to the other nodes: each loss when it comes, the way back with the time it took. */
export class LinkWatch {
  readonly #journal: EventJournal;
  /** What each link was last, and since when it is not healthy; null while it is, or before it first was. */
  readonly #links = new Map<NodeId, { readonly isHealthy: boolean; readonly lostNs: number | null }>();

  constructor(journal: EventJournal) {
    this.#journal = journal;
  }

  changed(peer: NodeId, state: LinkStatus['state'], nowNs: number): void {
    const before = this.#links.get(peer) ?? { isHealthy: false, lostNs: null };
    if (state === 'healthy') {
      if (before.lostNs === null) this.#journal.moment('link', nowNs, 'connected', peer);
      else this.#journal.span('link', before.lostNs, nowNs, 'back', peer);
      this.#links.set(peer, { isHealthy: true, lostNs: null });
      return;
    }
    // A link on its way up, for the first time or again, is none that is lost.
    if (state === 'probing' && !before.isHealthy) return;
    if (!before.isHealthy && before.lostNs === null) return;
    this.#journal.moment('link', nowNs, state === 'probing' ? 'probing' : 'lost', peer);
    this.#links.set(peer, { isHealthy: false, lostNs: before.lostNs ?? nowNs });
  }
}

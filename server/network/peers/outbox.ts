import type { Message } from '../../consensus/messages.js';
import { Lane } from './handshake.js';
import { laneOf } from './message-rules.js';
import type { PeerPool } from './peer-pool.js';

interface Box {
  readonly bulk: Message[];
  readonly urgent: Message[];
}

/** Sorts the messages of one moment by peer and lane, so that each lane gets one frame. Empty between calls. */
export class Outbox {
  readonly #boxes = new Map<PeerPool, Box>();

  add(pool: PeerPool, message: Message): void {
    let box = this.#boxes.get(pool);
    if (box === undefined) {
      box = { bulk: [], urgent: [] };
      this.#boxes.set(pool, box);
    }
    (laneOf(message.type) === Lane.Bulk ? box.bulk : box.urgent).push(message);
  }

  flush(): void {
    for (const [pool, box] of this.#boxes) {
      // What must not wait goes first.
      if (box.urgent.length > 0) pool.send(Lane.Urgent, box.urgent);
      if (box.bulk.length > 0) pool.send(Lane.Bulk, box.bulk);
    }
    this.#boxes.clear();
  }
}

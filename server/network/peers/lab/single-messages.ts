import type { Message } from '../../../consensus/messages.js';
import { laneOf } from '../message-rules.js';
import { Outbox } from '../outbox.js';
import type { PeerPool } from '../peer-pool.js';

/** Every message is a frame and a write of its own, at once. How many entries an append carries is the core's affair, see `raft.appendBytesMax`. */
export class SingleMessages extends Outbox {
  override add(pool: PeerPool, message: Message): void {
    pool.send(laneOf(message.type), [message]);
  }

  override flush(): void {}
}

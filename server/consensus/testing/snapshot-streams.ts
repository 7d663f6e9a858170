import type { Entry, Message, NodeId, SnapshotMeta } from '../messages.js';
import type { RawNode } from '../raw-node.js';
import type { SnapshotFile } from './storage-model.js';

/** What a stream needs of its two ends. */
interface Sender {
  readonly id: NodeId;
  readonly raw: RawNode | null;
  call(action: (raw: RawNode) => void): void;
}

interface Receiver {
  readonly isUp: boolean;
  receiveSnapshot(message: Message, isStepped: boolean): void;
}

interface Stream {
  readonly message: Message;
  readonly sender: Sender;
  /** The incarnation that sends: another one knows nothing of the stream. */
  readonly raw: RawNode;
}

/**
 * `arrive`: installed and reported. `fail`: nothing arrives, and that is reported. `repeat`: installed, and it will arrive again. `deny`:
 * installed, but the report says failed. `vanish`: the file is durable over there, the receiver crashes before its core hears of it.
 */
export type StreamOutcome = 'arrive' | 'fail' | 'repeat' | 'deny' | 'vanish';

/** More than this under way and the oldest fails. */
const CAPACITY = 20;

/** Snapshot files on their way between nodes, and all files there ever were. */
export class SnapshotStreams {
  readonly #states = new Map<SnapshotMeta, readonly Entry[]>();
  readonly #streams: Stream[] = [];
  installed = 0;

  get count(): number {
    return this.#streams.length;
  }

  get underWay(): readonly Message[] {
    return this.#streams.map(({ message }) => message);
  }

  register({ meta, state }: SnapshotFile): void {
    this.#states.set(meta, state);
  }

  /** First snapshots have an empty state and are known to nobody. */
  stateOf(meta: SnapshotMeta): readonly Entry[] {
    return this.#states.get(meta) ?? [];
  }

  open(sender: Sender, message: Message): void {
    if (sender.raw === null) return;
    this.#streams.push({ message, sender, raw: sender.raw });
    if (this.#streams.length > CAPACITY) this.end(0, null, 'fail');
  }

  receiverOf(at: number): NodeId {
    return this.#streams[at]?.message.to ?? 0;
  }

  senderOf(at: number): NodeId {
    return this.#streams[at]?.message.from ?? 0;
  }

  /** Ends a stream; without a receiver that is up it fails. */
  end(at: number, receiver: Receiver | null, outcome: StreamOutcome): void {
    const [stream] = this.#streams.splice(at, 1);
    if (stream === undefined) return;
    const arrives = receiver?.isUp === true && outcome !== 'fail';
    if (arrives) {
      this.installed += 1;
      receiver.receiveSnapshot(stream.message, outcome !== 'vanish');
    }
    if (arrives && outcome === 'repeat') {
      this.#streams.push(stream);
      return;
    }
    const { sender, message } = stream;
    if (sender.raw === stream.raw)
      sender.call((raw) => raw.reportSnapshot(message.to, arrives && outcome !== 'deny'));
  }
}

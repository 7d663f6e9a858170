import { type MessageFields, makeMessage } from '../make-message.js';
import {
  type Entry,
  type Message,
  MessageType,
  type NodeId,
  type ReadState,
  type StorageAppend,
} from '../messages.js';
import { RawNode } from '../raw-node.js';
import { configOf, type TestConfig } from './build.js';

/**
 * One core whose peers are the test: messages are put in by hand and what it sends is kept in `sent`. Appends stay under way until
 * `complete`; `settle` completes them all and applies what is committed.
 */
export class Driver {
  readonly raw: RawNode;
  readonly sent: Message[] = [];
  readonly appends: StorageAppend[] = [];
  readonly committed: Entry[] = [];
  readonly readStates: ReadState[] = [];
  /** Index of the last snapshot that replaced the log. */
  #installed = 0;

  constructor(overrides: TestConfig = {}) {
    this.raw = new RawNode(configOf(overrides));
  }

  /** Takes all readies there are; nothing becomes durable. */
  drain(): this {
    while (this.raw.hasReady()) {
      const ready = this.raw.ready();
      this.sent.push(...ready.messages);
      this.committed.push(...ready.committedEntries);
      this.readStates.push(...ready.readStates);
      if (ready.append === null) continue;
      this.appends.push(ready.append);
      this.#installed = Math.max(this.#installed, ready.append.snapshot?.index ?? 0);
    }
    return this;
  }

  /** The oldest append under way becomes durable. */
  complete(): this {
    for (const message of this.appends.shift()?.responses ?? []) {
      if (message.to === this.raw.id) this.raw.step(message);
      else this.sent.push(message);
    }
    return this;
  }

  settle(): this {
    while (this.raw.hasReady() || this.appends.length > 0) this.drain().complete();
    const last = Math.max(this.committed.at(-1)?.index ?? 0, this.#installed);
    if (last > this.raw.appliedIndex) this.raw.appliedTo(last);
    return this;
  }

  /** Steps a message to this node; what comes of it stays under way. */
  receive(fields: Omit<MessageFields, 'to'>): this {
    this.raw.step(makeMessage({ ...fields, to: this.raw.id }));
    return this;
  }

  /** Steps a message and settles. */
  step(fields: Omit<MessageFields, 'to'>): this {
    return this.receive(fields).settle();
  }

  tick(times = 1): this {
    for (let count = 0; count < times; count++) this.raw.tick();
    return this.settle();
  }

  /** What was sent since the last look, of one type if one is given. */
  take(type?: MessageType): Message[] {
    return this.sent.splice(0).filter((message) => type === undefined || message.type === type);
  }

  /** Leads, with the no-op of its term under way to others and, after `settle`, on its own disk. */
  lead(): this {
    this.raw.campaign();
    this.settle();
    const { term } = this.raw;
    for (const from of this.#peers()) {
      this.step({ type: MessageType.PreVoteResponse, from, term: term + 1 });
      this.step({ type: MessageType.VoteResponse, from, term: this.raw.term });
    }
    if (this.raw.role !== 'leader') throw new Error(`node ${this.raw.id} is ${this.raw.role}, not leader`);
    return this;
  }

  /** Leads with every follower replicating and the no-op committed. */
  leadEstablished(): this {
    this.lead();
    for (const from of this.#peers()) this.acknowledge(from, this.raw.lastIndex);
    this.settle().take();
    return this;
  }

  acknowledge(from: NodeId, index: number): this {
    return this.step({ type: MessageType.AppendResponse, from, term: this.raw.term, index });
  }

  #peers(): NodeId[] {
    const { voters, votersOutgoing } = this.raw.membership;
    return [...new Set([...voters, ...votersOutgoing])].filter((id) => id !== this.raw.id);
  }
}

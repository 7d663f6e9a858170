import type { SimulatedNode, World } from '../contracts.js';
import type { Counts } from '../counts.js';
import type { Random } from '../random.js';
import type { Answer, Ask, Caller } from './caller.js';
import type { HistoryLog, Recorder } from './history-log.js';
import { TOKEN_END } from './oracle/key-record.js';
import type { Oracle } from './oracle/oracle.js';

/** What all clients of a run share. */
export interface Shared {
  readonly world: World;
  readonly oracle: Oracle;
  readonly history: HistoryLog;
  readonly counts: Counts;
}

/** An operation begins, or tells by false that no node runs; it calls `end` once it is over. */
export type Operation = (end: () => void) => boolean;

/** One client: one operation at a time, on any node, with values that nobody else writes. */
export class Actor {
  readonly id: number;
  readonly shared: Shared;
  readonly random: Random;
  readonly caller: Caller;
  readonly recorder: Recorder;
  #tokens = 0;

  constructor(id: number, shared: Shared, random: Random, caller: Caller) {
    this.id = id;
    this.shared = shared;
    this.random = random;
    this.caller = caller;
    this.recorder = shared.history.recorder();
  }

  token(): string {
    this.#tokens += 1;
    return `${this.id}.${this.#tokens}${TOKEN_END}`;
  }

  /** `name` is what the operation is counted as; `detail` says in the record of the run what came of it. */
  ask<Result>(
    node: SimulatedNode,
    name: string,
    ask: Ask<Result>,
    ended: (answer: Answer<Result>) => string,
  ): void {
    const { counts, world } = this.shared;
    this.caller.call(node, ask, (answer) => {
      counts.add(`${name} ${answer.type}`);
      counts.add(`operations ${answer.type}`);
      world.trace(`client ${this.id} ${name} ${answer.from} ${answer.type} ${ended(answer)}`);
    });
  }
}

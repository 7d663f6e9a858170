import type { HistoryEvent, World } from '../contracts.js';

export type Recorded = Pick<HistoryEvent, 'f' | 'key' | 'value'>;

/** One client as a history knows it: a process with one operation at a time. */
export interface Recorder {
  /** Changes after an operation whose end nobody knows: it never ended. */
  process: number;
}

/** What clients did and were told, for the linearizability checker. */
export class HistoryLog {
  readonly events: HistoryEvent[] = [];
  readonly #world: World;
  #processes = 0;

  constructor(world: World) {
    this.#world = world;
  }

  recorder(): Recorder {
    return { process: this.#processes++ };
  }

  invoke({ process }: Recorder, { f, key, value }: Recorded): void {
    this.#add(process, 'invoke', { f, key, value });
  }

  end(recorder: Recorder, type: 'ok' | 'fail' | 'info', recorded: Recorded): void {
    this.#add(recorder.process, type, recorded);
    if (type === 'info') recorder.process = this.#processes++;
  }

  #add(process: number, type: HistoryEvent['type'], { f, key, value }: Recorded): void {
    this.events.push({ process, type, f, key, value, time: this.#world.clock.nowNs() });
  }
}

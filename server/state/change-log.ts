import { textBytes } from './value.js';
import type { ChangeEvent, Value } from './vocabulary.js';

const NONE: readonly ChangeEvent[] = [];

/** Gathers what changed for watches. Off until somebody watches: an event costs as much as a put. */
export class ChangeLog {
  #isOn = false;
  #events: ChangeEvent[] = [];

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Switched off, it forgets what was not taken. */
  set isOn(on: boolean) {
    this.#isOn = on;
    if (!on) this.#events = [];
  }

  add(type: ChangeEvent['type'], key: string, value: Value | null, revision: number): void {
    this.#events.push({ type, key: textBytes(key), value, revision });
  }

  take(): readonly ChangeEvent[] {
    if (this.#events.length === 0) return NONE;
    const taken = this.#events;
    this.#events = [];
    return taken;
  }
}

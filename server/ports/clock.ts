/** Time and scheduling as the runtime sees them; the simulator brings its own. */
export interface Clock {
  /** Monotonic nanoseconds since the machine started (CLOCK_MONOTONIC), comparable between processes of one machine. */
  nowNs(): number;
  /** Runs `task` once after the events that are ready now (a turn of the event loop). */
  defer(task: () => void): void;
  after(delayMs: number, task: () => void): Timer;
  every(intervalMs: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpCaller } from './clients/http-call.js';
import type { Fleet } from './fleet.js';
import { leaderOf, type NodeView, viewOf } from './node-view.js';

const POLL_MS = 150;

/** Asks all nodes all the time: who leads, in which term, which alarms there are. */
export class Monitor {
  readonly #fleet: Fleet;
  readonly #caller: HttpCaller;
  readonly #leaderOfTerm = new Map<number, number>();
  readonly #violations = new Set<string>();
  readonly #loop: Promise<void>;
  #leader: NodeView | null = null;
  #stopped = false;

  constructor(fleet: Fleet, caller: HttpCaller) {
    this.#fleet = fleet;
    this.#caller = caller;
    this.#loop = this.#run();
  }

  /** Who led when all were asked last, null when nobody did. */
  get leader(): NodeView | null {
    return this.#leader;
  }

  /** Terms in which a leader was seen. */
  get terms(): ReadonlyMap<number, number> {
    return this.#leaderOfTerm;
  }

  /** What no schedule of faults excuses. */
  get violations(): readonly string[] {
    return [...this.#violations];
  }

  async look(): Promise<readonly NodeView[]> {
    const views = await Promise.all(this.#fleet.urls.map((url) => viewOf(this.#caller, url)));
    const answered = views.filter((view) => view !== null);
    for (const view of answered) this.#note(view);
    this.#leader = leaderOf(answered);
    return answered;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.look();
      await sleep(POLL_MS);
    }
  }

  /** Election safety (Raft §5.2): a term has one leader at most. */
  #note({ role, term, id }: NodeView): void {
    if (role !== 'leader') return;
    const known = this.#leaderOfTerm.get(term);
    if (known === undefined) this.#leaderOfTerm.set(term, id);
    else if (known !== id)
      this.#violations.add(
        `nodes ${Math.min(known, id)} and ${Math.max(known, id)} both led in term ${term}`,
      );
  }
}

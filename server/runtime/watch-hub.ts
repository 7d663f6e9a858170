import { StrataError } from '../errors.js';
import type { WatchHandle, WatchObserver, WatchRequest } from '../ports/key-value-service.js';
import type { Counter } from '../ports/metrics.js';
import type { ChangeEvent } from '../state/vocabulary.js';
import { ChangeHistory } from './change-history.js';
import type { NodeContext } from './node-context.js';
import { RangeIndex, rangeHolds } from './range-index.js';
import { Watch, type WatchOwner } from './watch.js';

/** Changes looked at for watches that are behind in one turn of the loop, and told to one in one call. */
const LOOKED_AT_PER_TURN = 10_000;
const TOLD_PER_CALL = 1_000;
const PROGRESS_MS = 1_000;
/** How long changes are kept after the last watch has ended, for one that comes back. */
const HISTORY_IDLE_MS = 600_000;

/**
 * Tells watches what changed, on every node, from the entries that this node applies. While nobody ever watched, the state machine makes no
 * events and nothing is kept: the history begins with the first watch (`limits.watchHistory`).
 */
export class WatchHub implements WatchOwner {
  readonly #context: NodeContext;
  readonly #history: ChangeHistory;
  readonly #watches = new RangeIndex<Watch>();
  /** Those that are not live. */
  readonly #late = new Set<Watch>();
  readonly #told: Counter;
  readonly #tooSlow: Counter;
  #touched: Watch[] = [];
  /** Revision up to which live watches were told. */
  #revision = 0;
  #progressDueNs = 0;
  #idleSinceNs = 0;
  /** Whether this node's state machine makes events; says what the next machine has to do too. */
  #isCollecting = false;

  constructor(context: NodeContext) {
    const { limits, metrics } = context;
    this.#context = context;
    this.#history = new ChangeHistory(limits.watchHistoryEvents, limits.watchHistoryBytesMax);
    this.#told = metrics.counter('runtime_watch_events_total', 'Changes told to watches.');
    this.#tooSlow = metrics.counter('runtime_watches_too_slow_total', 'Watches ended for being too slow.');
    metrics.gauge('runtime_watches', 'Watches of this node.', () => this.#watches.size);
    metrics.gauge('runtime_watches_late', 'Watches that are behind or paused.', () => this.#late.size);
    metrics.gauge('runtime_watch_history_events', 'Changes kept for watches.', () => this.#history.size);
    metrics.gauge('runtime_watch_history_bytes', 'Their bytes.', () => this.#history.bytes);
    if (limits.watchHistory === 'always') this.#collect();
  }

  get size(): number {
    return this.#watches.size;
  }

  /** @throws StrataError STRATA_REVISION_COMPACTED, STRATA_REVISION_FUTURE, STRATA_WATCHES_TOO_MANY */
  open(request: WatchRequest, observer: WatchObserver): WatchHandle {
    const { machine, limits } = this.#context;
    const { fromRevision } = request;
    const { revision } = machine;
    if (this.#context.isStopped) throw new StrataError('STRATA_SHUTTING_DOWN');
    if (this.#watches.size >= limits.watchesMax)
      throw new StrataError('STRATA_WATCHES_TOO_MANY', { limit: limits.watchesMax });
    if (fromRevision > revision + 1)
      throw new StrataError('STRATA_REVISION_FUTURE', { actual: fromRevision, revision });
    if (!this.#isCollecting) this.#collect();
    const oldest = this.#history.oldestRevision;
    if (fromRevision !== 0 && fromRevision < oldest)
      throw new StrataError('STRATA_REVISION_COMPACTED', { oldest });
    const watch = new Watch(this, request, observer, revision);
    this.#watches.add(watch);
    if (fromRevision !== 0 && fromRevision <= revision) {
      watch.place = this.#history.sequenceOf(fromRevision);
      watch.nextRevision = fromRevision;
      this.#fallBehind(watch);
    }
    return watch;
  }

  /** After a batch of entries was applied: whole commands, so no command is ever split. */
  onApplied(): void {
    if (!this.#isCollecting) return;
    const { machine } = this.#context;
    this.#revision = machine.revision;
    const events = machine.takeEvents();
    if (events.length === 0) return;
    this.#history.add(events);
    if (this.#watches.size === 0) return;
    for (const event of events) this.#hand(event);
    const touched = this.#touched;
    this.#touched = [];
    for (const watch of touched) {
      const { batch } = watch;
      watch.batch = null;
      if (watch.state === 'live' && batch !== null) this.#tell(watch, batch, this.#history.next);
    }
    for (const watch of this.#late) this.#checkLateness(watch);
  }

  /** Tells watches that are behind the next part of the history; asks for another turn when that was not all. */
  run(): void {
    let budget = LOOKED_AT_PER_TURN;
    for (const watch of this.#late) {
      if (budget <= 0) break;
      while (watch.state === 'behind' && budget > 0) budget -= this.#replay(watch, budget);
    }
    for (const watch of this.#late) {
      if (watch.state !== 'behind') continue;
      // The others come first next time.
      this.#late.delete(watch);
      this.#late.add(watch);
      this.#context.schedule();
      return;
    }
  }

  onTick(nowNs: number): void {
    if (this.#watches.size === 0) {
      this.#rest(nowNs);
      return;
    }
    this.#idleSinceNs = 0;
    if (nowNs < this.#progressDueNs) return;
    this.#progressDueNs = nowNs + PROGRESS_MS * 1e6;
    for (const watch of this.#watches.values()) {
      if (watch.state === 'live' && !watch.wasTold) watch.observer.onProgress(this.#revision);
      watch.wasTold = false;
    }
  }

  /** A snapshot took the place of the state: what happened in between is not known here. */
  onInstalled(): void {
    if (!this.#isCollecting) return;
    const before = this.#revision;
    this.#collect();
    const error = new StrataError('STRATA_REVISION_COMPACTED', { oldest: this.#history.oldestRevision });
    for (const watch of [...this.#watches.values()]) {
      const next = watch.state === 'live' ? before + 1 : watch.nextRevision;
      if (next <= this.#revision) {
        this.#close(watch, error);
        continue;
      }
      watch.place = this.#history.next;
      watch.isCaughtUp = true;
    }
  }

  closeAll(error: StrataError): void {
    for (const watch of [...this.#watches.values()]) this.#close(watch, error);
  }

  // WatchOwner

  resume(watch: Watch): void {
    this.#fallBehind(watch);
  }

  remove(watch: Watch): void {
    watch.state = 'closed';
    watch.batch = null;
    this.#watches.delete(watch);
    this.#late.delete(watch);
  }

  #collect(): void {
    const { machine } = this.#context;
    machine.collectsEvents = true;
    this.#isCollecting = true;
    this.#revision = machine.revision;
    this.#history.begin(machine.revision);
  }

  #hand(event: ChangeEvent): void {
    for (const watch of this.#watches.covering(event.key)) {
      if (watch.state === 'paused') watch.keptCount += 1;
      else if (watch.state === 'live') {
        if (watch.batch === null) {
          watch.batch = [];
          this.#touched.push(watch);
        }
        watch.batch.push(event);
      }
    }
  }

  /** `place`: where the history goes on behind these changes. */
  #tell(watch: Watch, events: readonly ChangeEvent[], place: number): void {
    watch.wasTold = true;
    watch.place = place;
    watch.isCaughtUp = place === this.#history.next;
    watch.nextRevision = events.at(-1)!.revision + 1;
    this.#told.add(events.length);
    const takesMore = watch.observer.onEvents(events);
    if (takesMore || watch.state === 'closed') return;
    watch.state = 'paused';
    this.#late.add(watch);
  }

  #fallBehind(watch: Watch): void {
    watch.state = 'behind';
    this.#late.add(watch);
    this.#context.schedule();
  }

  /** Looks at up to `budget` changes for a watch that is behind, and to the end of the command there; returns how many. */
  #replay(watch: Watch, budget: number): number {
    const history = this.#history;
    const found: ChangeEvent[] = [];
    const from = watch.place;
    let place = from;
    let revision = 0;
    for (; place < history.next; place++) {
      const event = history.at(place);
      const isNewCommand = event.revision !== revision;
      if (isNewCommand && (place - from >= budget || found.length >= TOLD_PER_CALL)) break;
      revision = event.revision;
      if (rangeHolds(watch, event.key)) found.push(event);
    }
    const isAtEnd = place === history.next;
    watch.place = place;
    watch.keptCount = Math.max(0, watch.keptCount - found.length);
    watch.nextRevision = isAtEnd ? this.#revision + 1 : history.at(place).revision;
    if (isAtEnd) {
      watch.state = 'live';
      watch.keptCount = 0;
      this.#late.delete(watch);
    }
    if (found.length > 0) this.#tell(watch, found, place);
    return Math.max(1, place - from);
  }

  /** A watch that is late keeps its place, unless the history has left it behind or it lets too much gather. */
  #checkLateness(watch: Watch): void {
    const history = this.#history;
    const limit = this.#context.limits.watchBacklogEvents;
    if (watch.state === 'paused' && watch.keptCount === 0 && watch.isCaughtUp) {
      // Nothing came for it: its place moves on with the history.
      watch.place = history.next;
      watch.nextRevision = this.#revision + 1;
    }
    const isLost = watch.place < history.first;
    if (watch.keptCount <= limit && !isLost) return;
    this.#tooSlow.add(1);
    const details = isLost
      ? { actual: history.next - watch.place, limit: history.size }
      : { actual: watch.keptCount, limit };
    this.#close(
      watch,
      new StrataError('STRATA_WATCH_TOO_SLOW', { ...details, revision: watch.nextRevision }),
    );
  }

  #close(watch: Watch, error: StrataError): void {
    this.remove(watch);
    watch.observer.onClose(error);
  }

  /** Without a watch for long, the changes are given up and no more are made. */
  #rest(nowNs: number): void {
    const { machine, limits } = this.#context;
    if (!this.#isCollecting || limits.watchHistory === 'always') return;
    if (this.#idleSinceNs === 0) this.#idleSinceNs = nowNs;
    if (nowNs - this.#idleSinceNs < HISTORY_IDLE_MS * 1e6) return;
    machine.collectsEvents = false;
    this.#isCollecting = false;
    this.#idleSinceNs = 0;
    this.#history.end();
  }
}

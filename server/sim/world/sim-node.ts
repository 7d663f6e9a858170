import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { PeerAddress } from '../../ports/transport.js';
import type { NodeProcess, SimulatedNode } from '../contracts.js';
import type { Counts } from '../counts.js';
import type { SimPlan } from '../plan.js';
import type { Random } from '../random.js';
import { Violation } from '../violation.js';
import { LifeClock } from './life-clock.js';
import { startProcess } from './node-process.js';
import { SimDisk } from './sim-disk.js';
import type { SimNetwork } from './sim-network.js';
import type { Timeline } from './timeline.js';

/** What a start may be refused with when a bit of the disk was flipped before. */
const DAMAGE = new Set([
  'STRATA_WAL_CORRUPT',
  'STRATA_WAL_VERSION',
  'STRATA_WAL_IDENTITY',
  'STRATA_SNAPSHOT_CORRUPT',
  'STRATA_SNAPSHOT_VERSION',
  'STRATA_SNAPSHOT_MISSING',
]);

/** Lines of a node's log that say what a run was about. */
const COUNTED = new Map([
  ['snapshot taken', 'snapshots taken'],
  ['snapshot of the leader installed', 'snapshots installed'],
]);

export interface SimNodeOptions {
  readonly id: NodeId;
  readonly plan: SimPlan;
  readonly addresses: readonly PeerAddress[];
  readonly joins: boolean;
  readonly timeline: Timeline;
  readonly network: SimNetwork;
  readonly random: Random;
  readonly counts: Counts;
  readonly trace: (line: string) => void;
  readonly onBuilt: (node: SimulatedNode, process: NodeProcess) => void;
  /** Something is wrong that no fault of ours explains. */
  readonly fail: (error: unknown) => void;
}

/** A machine: its disk for ever, its clock and its process for one life. */
export class SimNode implements SimulatedNode {
  readonly id: NodeId;
  readonly storage: SimDisk;
  readonly #options: SimNodeOptions;
  #life = 0;
  #clock: LifeClock;
  #process: NodeProcess | null = null;
  #isUp = false;
  #isStopping = false;
  #isBroken = false;
  /** Removed from the cluster for good: nobody starts it again. */
  isRetired = false;
  /** When whoever watches over it starts it again; infinite while it runs. */
  restartTick = Number.POSITIVE_INFINITY;

  constructor(options: SimNodeOptions) {
    const { id, timeline, random, plan, counts, trace } = options;
    this.id = id;
    this.#options = options;
    this.#clock = this.#newClock();
    const disk = { name: String(id), timeline, random, plan: plan.disk, counts, trace };
    this.storage = new SimDisk(disk, this.#clock);
  }

  get life(): number {
    return this.#life;
  }

  get process(): NodeProcess | null {
    return this.#process;
  }

  /** The process exists, though it may still read its disk. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get isPaused(): boolean {
    return this.#clock.isPaused;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  get disk(): VolatileFileSystem {
    return this.storage.files;
  }

  start(): void {
    const { trace, counts } = this.#options;
    this.#life += 1;
    this.#isUp = true;
    this.#isStopping = false;
    this.restartTick = Number.POSITIVE_INFINITY;
    const clock = this.#newClock();
    this.#clock = clock;
    this.storage.begin(clock);
    trace(`start ${this.id} life ${this.#life}`);
    counts.add('starts');
    this.#boot(clock).catch((error: unknown) => {
      if (!clock.isDead) this.#onRefusedStart(error);
    });
  }

  /** The process is gone at once; what is in the page cache stays there. */
  crash(): void {
    this.#end(`crash ${this.id}`);
    this.storage.crash();
  }

  powerCut(): void {
    this.#end(`power cut ${this.id}`);
    this.storage.powerCut();
  }

  /** As `server/main.ts` ends on SIGTERM; a crash may come in between. */
  shutDown(): void {
    const { process } = this;
    const clock = this.#clock;
    if (process === null || this.#isStopping) return;
    this.#isStopping = true;
    this.#options.trace(`shut down ${this.id}`);
    this.#options.counts.add('planned stops');
    this.#close(process).then(
      () => {
        if (!clock.isDead) this.crash();
      },
      (error: unknown) => {
        if (!clock.isDead) this.#options.fail(error);
      },
    );
  }

  async #close({ runtime, log }: NodeProcess): Promise<void> {
    runtime.beginDraining();
    await runtime.handOver(2 * this.#options.plan.raft.electionTimeoutMsMin);
    runtime.stop();
    await runtime.closed();
    this.#options.network.detach(this.id);
    await log.close();
  }

  pause(): void {
    this.#options.trace(`pause ${this.id}`);
    this.#clock.pause();
  }

  resume(): void {
    this.#options.trace(`resume ${this.id}`);
    this.#clock.resume();
  }

  /** From outside the cluster: a client or an operator calls it. */
  run(task: () => void): void {
    this.#clock.run(task);
  }

  #end(line: string): void {
    this.#options.trace(line);
    this.#clock.kill();
    this.#options.network.detach(this.id);
    this.#process = null;
    this.#isUp = false;
  }

  #boot(clock: LifeClock): Promise<void> {
    const { id, plan, addresses, joins, network, random, trace, counts, onBuilt } = this.#options;
    const write = (level: string) => (fields: Record<string, unknown>, message: string) => {
      if (clock.isDead) return;
      trace(`log ${id} ${level} ${String(fields.code ?? message)}`);
      const counted = COUNTED.get(message);
      if (counted !== undefined) counts.add(counted);
      if (fields.role === 'leader') counts.add('leaders');
    };
    return startProcess({
      id,
      life: this.#life,
      plan,
      addresses,
      joins,
      clock,
      random,
      network,
      fileSystem: this.storage.files,
      logger: { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') },
      onFailure: (error) => {
        if (!clock.isDead) this.#onFailure(error);
      },
      onBuilt: (process) => {
        this.#process = process;
        const { term, lastIndex, commitIndex } = process.raw;
        trace(`up ${id} term ${term} last ${lastIndex} commit ${commitIndex}`);
        onBuilt(this, process);
      },
    });
  }

  /** The process ends itself, as `runtime/host/last-words.ts` has it. */
  #onFailure(error: Error): void {
    const { trace, counts, fail } = this.#options;
    const code = error instanceof StrataError ? error.code : error.name;
    trace(`fail ${this.id} ${code}`);
    const isOurs =
      (code === 'STRATA_DISK_FAILED' && this.storage.hasSyncFailed) ||
      (DAMAGE.has(code) && this.storage.isFlipped);
    if (!isOurs) {
      fail(
        error instanceof StrataError
          ? new Violation('fail-stop', `node ${this.id}: ${error.message}`)
          : error,
      );
      return;
    }
    counts.add('disk failures');
    this.crash();
  }

  #onRefusedStart(error: unknown): void {
    const { trace, counts, fail } = this.#options;
    const code = error instanceof StrataError ? error.code : '';
    trace(`refused ${this.id} ${code}`);
    const isDamage = DAMAGE.has(code) && this.storage.isFlipped;
    const isDisk =
      (code === 'STRATA_DISK_FAILED' && this.storage.hasSyncFailed) || code === 'STRATA_DISK_FULL';
    if (isDamage) {
      this.#isBroken = true;
      counts.add('damage found');
    } else if (isDisk) counts.add('starts without a disk');
    else if (error instanceof StrataError)
      fail(new Violation('recovery', `node ${this.id} is refused: ${error.message}`));
    else fail(error);
    this.crash();
  }

  #newClock(): LifeClock {
    const { timeline, random, plan } = this.#options;
    const drift = (random.next() - 0.5) * plan.faults.clockDrift;
    return new LifeClock(timeline, { zeroNs: random.between(1, 1_000_000) * 1e9, rate: 1 + drift });
  }
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { SyncCallsCapture } from '../../results/schema/index.js';
import { DescriptorHistory } from '../descriptors/descriptor-history.js';
import { dsyncPaths } from '../descriptors/open-files.js';
import { withoutProjectPath } from '../machine/without-project-path.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeAvailability,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';
import type { DiskReading } from '../proc/disk-stats.js';
import { readLogLines } from '../strace/log-file.js';
import { bpftraceWatcher } from '../syncs/bpftrace-watcher.js';
import { describeSyncs } from '../syncs/describe-syncs.js';
import { deviceSince, readDevices } from '../syncs/devices.js';
import { NodeAccount } from '../syncs/node-account.js';
import { perfWatcher } from '../syncs/perf-watcher.js';
import { straceWatcher } from '../syncs/strace-watcher.js';
import { DSYNC_WRITES, SYNC_CALLS, type Watch, type Watcher } from '../syncs/watch.js';

/** The one that disturbs least and sees most comes first. */
const WATCHERS: readonly Watcher[] = [bpftraceWatcher, perfWatcher, straceWatcher];
const READ_LIMITS = { bytesMax: 128 * 1024 * 1024, linesMax: 2_000_000 };

/** Every sync of a process, call by call, in the clocks of JavaScript, the kernel and the device. */
export const syncCallsProbe: Probe = syncCallsProbeWith(WATCHERS);

/** The probe with a choice of watchers; the first that works here is used. */
export function syncCallsProbeWith(watchers: readonly Watcher[]): Probe {
  // What works once works for as long as this process runs; asking again would take a second away from the capture.
  let found: Awaited<ReturnType<typeof choose>> | null = null;
  const chosen = async () => {
    found ??= await choose(watchers);
    const answer = found;
    if (answer.watcher === null) found = null;
    return answer;
  };
  const probe: Probe = {
    name: 'sync-calls',
    question:
      'Where does a sync spend its time: in the queue of the pool, in the kernel, in the device, or waking up?',
    tier: 'T2',
    cost: 'two events per sync with bpftrace or perf; with strace alone two stops per system call',
    watches: 'pair',
    nodeArguments: [],
    byDefault: true,
    check: async () => {
      const { watcher, answers } = await chosen();
      return watcher === null
        ? none(answers)
        : { ...answers.at(-1)!, detail: `${watcher.method} ${answers.at(-1)!.detail}` };
    },
    start: async (target, directory, options) => {
      const { watcher, answers } = await chosen();
      if (watcher === null)
        throw new ProbeError('STRATA_PROBE_UNAVAILABLE', `${none(answers).detail}. Try \`strata doctor\`.`);
      const capture = await SyncCapture.begin(watcher, target, directory, options);
      return { stop: () => capture.end(probe.name) };
    },
  };
  return probe;
}

/** The first watcher that works here, and what all up to it answered. */
async function choose(watchers: readonly Watcher[]) {
  const answers: ProbeAvailability[] = [];
  for (const watcher of watchers) {
    const answer = await watcher.check();
    answers.push(answer);
    if (answer.available) return { watcher, answers };
  }
  return { watcher: null, answers };
}

function none(answers: readonly ProbeAvailability[]): ProbeAvailability {
  const detail = answers.map((answer) => answer.detail).join('; ') || 'nothing to watch the kernel with';
  return {
    available: false,
    detail,
    install: answers.find(({ install }) => install !== null)?.install ?? null,
  };
}

class SyncCapture {
  readonly #watcher: Watcher;
  readonly #target: ProbeTarget;
  readonly #directory: string;
  readonly #history: DescriptorHistory;
  readonly #dsync: ReadonlySet<string>;
  readonly #disks: ReadonlyMap<string, DiskReading>;
  #account: NodeAccount | null = null;
  #watch: Watch | null = null;
  #fromNs = 0;

  private constructor(watcher: Watcher, target: ProbeTarget, directory: string) {
    this.#watcher = watcher;
    this.#target = target;
    this.#directory = directory;
    this.#history = new DescriptorHistory(target.pid);
    this.#history.start();
    this.#dsync = new Set(dsyncPaths(target.pid));
    this.#disks = readDevices(this.#history.paths);
  }

  /** Resolves when the kernel is watched. */
  static async begin(
    watcher: Watcher,
    target: ProbeTarget,
    directory: string,
    { seconds }: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
  ): Promise<SyncCapture> {
    const capture = new SyncCapture(watcher, target, directory);
    try {
      capture.#account = await NodeAccount.begin(target.url);
      const calls = [...SYNC_CALLS, ...(capture.#dsync.size > 0 ? DSYNC_WRITES : [])];
      capture.#watch = await watcher.start({ pid: target.pid, logPath: capture.#logPath, seconds, calls });
      capture.#fromNs = Number(process.hrtime.bigint());
      return capture;
    } catch (error) {
      capture.#release();
      throw error;
    }
  }

  /** Writes what was seen; gives the document's name. */
  async end(probe: string): Promise<string> {
    const { node, role, pid } = this.#target;
    try {
      const window = { fromNs: this.#fromNs, toNs: Number(process.hrtime.bigint()) };
      this.#history.stop();
      const reader = await this.#watch!.stop();
      const raw = `node-${node}.syncs.log.gz`;
      const gzip = join(this.#directory, raw);
      await readLogLines(this.#logPath, gzip, READ_LIMITS, withoutProjectPath, (line) => reader.line(line));
      const { mainPath, ...syncs } = describeSyncs({
        view: reader.end(),
        account: (await this.#account?.end()) ?? null,
        window,
        history: this.#history,
        dsync: new Set([...this.#dsync, ...dsyncPaths(pid)]),
        ours: node > 0,
      });
      const capture: SyncCallsCapture = {
        schema: 'strata.sync-calls/1',
        probe,
        node,
        role,
        pid,
        seconds: (window.toNs - window.fromNs) / 1e9,
        raw: [raw],
        method: this.#watcher.method,
        ...syncs,
        device: deviceSince(this.#disks, mainPath),
      };
      const name = `node-${node}.json`;
      writeDocument(join(this.#directory, name), SyncCallsCapture, capture);
      return name;
    } finally {
      this.#release();
    }
  }

  get #logPath(): string {
    return join(this.#directory, `node-${this.#target.node}.syncs.log`);
  }

  #release(): void {
    this.#history.stop();
    this.#account?.cancel();
    rmSync(this.#logPath, { force: true });
  }
}

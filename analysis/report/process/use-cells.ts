import type { NodeWindow } from '../../../results/schema/index.js';
import { machineUse } from '../../advice/machine-use.js';
import { t } from '../../language/language.js';
import { backpressureWaits } from '../../measures/backpressure.js';
import { type CaptureAs, type CaptureName, leaderCapture } from '../../measures/captures.js';
import { fromNullable, type Measured, map, measured, missing } from '../../measures/measured.js';
import {
  counter,
  cpuCores,
  histogramQuantile,
  mainThreadShare,
  timeShare,
} from '../../measures/node-measures.js';
import { isSync } from '../../measures/syscalls.js';
import { bytes, integer, micros, nanos, percent, significant } from '../../tables/format.js';
import type { Facts, PointFacts } from '../facts.js';
import { whyNotCaptured } from '../observed.js';

/** A cell says its number in words, because no two of the table mean the same. */
type Cell = Measured<string>;

/** One resource by the USE method: how busy, how much waits for it, what failed. */
export interface Resource {
  readonly name: string;
  readonly utilisation: Cell;
  readonly saturation: Cell;
  readonly errors: Cell;
}

interface Subject {
  readonly facts: Facts;
  readonly point: PointFacts;
  readonly node: NodeWindow;
}

/** The resources of a leader. */
export function resourcesOf(facts: Facts, point: PointFacts, node: NodeWindow): readonly Resource[] {
  const subject: Subject = { facts, point, node };
  return [cpu, eventLoop, pool, disk, sockets, heap].map((read) => read(subject));
}

function captured<Name extends CaptureName>(
  { facts, point }: Subject,
  schema: Name,
): Measured<CaptureAs<Name>> {
  const found = leaderCapture(point.point, schema);
  return found.ok ? found : missing(whyNotCaptured(facts, schema));
}

/** The first that is measured; the last reason otherwise. */
function firstOf(...cells: readonly [Cell, ...Cell[]]): Cell {
  return cells.find((cell) => cell.ok) ?? cells[cells.length - 1] ?? cells[0];
}

function cpu(subject: Subject): Resource {
  const { facts, point, node } = subject;
  const use = machineUse(point, facts);
  const machine: Cell =
    use === null
      ? missing(t`the nodes run elsewhere, or \`/proc\` was not readable`)
      : measured(
          t`${percent(use.share)} of ${integer(use.machineCores)} cores, nodes and generator together`,
        );
  const waited = map(fromNullable(node.proc, t`/proc of the node was not readable`), (proc) => {
    const ms = proc.threads.reduce((total, thread) => total + thread.runqueueWaitMs, 0);
    return t`${percent(ms / (node.seconds * 1e3))} of the window in the run queue, threads added up`;
  });
  return {
    name: 'CPU',
    utilisation: firstOf(
      machine,
      map(cpuCores(node), (cores) => t`${significant(cores)} cores used by the leader`),
    ),
    saturation: waited,
    errors: missing(t`no counter of machine checks is read`),
  };
}

function eventLoop(subject: Subject): Resource {
  const { node } = subject;
  const capture = captured(subject, 'strata.event-loop/1');
  const gauge = fromNullable(
    node.gauges.runtime_loop_utilization,
    t`the node did not report runtime_loop_utilization`,
  );
  return {
    name: t`event loop`,
    utilisation: firstOf(
      map(capture, (loop) => t`${percent(loop.utilization)} not idle`),
      map(gauge, (share) => t`${percent(share)} not idle`),
      map(mainThreadShare(node), (share) => t`${percent(share)} on a CPU`),
    ),
    saturation: firstOf(
      capture.ok && capture.value.delay.p99 !== null
        ? measured(t`p99 ${micros(capture.value.delay.p99)} late`)
        : missing(t`no percentile`),
      map(histogramQuantile(node, 'runtime_loop_delay_ns', 0.99), (ns) => t`p99 ${nanos(ns)} late`),
      map(
        histogramQuantile(node, 'runtime_loop_delay_ns', 0.5),
        (ns) => t`p50 ${nanos(ns)} late, too few samples for more`,
      ),
    ),
    errors: map(capture, ({ stalls }) =>
      stalls.length === 0
        ? t`no stall`
        : t`${integer(stalls.length)} stalls, longest ${micros(stalls.reduce((longest, stall) => Math.max(longest, stall.ms), 0) * 1e3)}`,
    ),
  };
}

const POOL_TIMES = ['io_fsync_ns', 'io_write_ns', 'io_fsync_background_ns', 'io_write_background_ns'];

function pool(subject: Subject): Resource {
  const { node } = subject;
  const capture = captured(subject, 'strata.pool/1');
  const seen = node.proc?.threads.filter((thread) => thread.kind === 'pool').length ?? 0;
  const threads = capture.ok ? capture.value.threads : seen;
  const sums = POOL_TIMES.flatMap((name) => node.histograms[name]?.sum ?? []);
  const busy: Cell =
    threads === 0 || sums.length === 0
      ? missing(t`neither the pool nor the time of its tasks was counted`)
      : measured(
          t`at most ${percent(sums.reduce((total, ns) => total + ns, 0) / (node.seconds * 1e9 * threads))} of ${integer(threads)} threads (writes and syncs, their queue included)`,
        );
  const trace = captured(subject, 'strata.syscalls/1');
  const failed: Cell = !trace.ok
    ? trace
    : trace.value.byDescriptor === undefined
      ? missing(t`this tracer did not tell descriptors apart`)
      : measured(
          t`${integer(
            trace.value.byDescriptor
              .filter((row) => ['wal', 'snapshot', 'data'].includes(row.descriptor))
              .reduce((total, row) => total + row.errors, 0),
          )} failed calls on files of the data`,
        );
  return {
    name: t`libuv pool`,
    utilisation: busy,
    saturation: map(
      capture,
      ({ wait, saturatedShare }) =>
        t`${percent(saturatedShare)} of the tasks waited long, ${wait.p99 === null ? t`mean ${micros(wait.mean)}` : t`p99 ${micros(wait.p99)}`}`,
    ),
    errors: failed,
  };
}

function disk(subject: Subject): Resource {
  const window = fromNullable(subject.point.point.disk, t`no block device of the data is known`);
  const flushing: Cell = !window.ok
    ? window
    : window.value.flushMs === null
      ? missing(t`this kernel does not count flushes`)
      : measured(
          t`${percent(window.value.flushMs / (window.value.seconds * 1e3))} of the window in cache flushes (whole machine)`,
        );
  const proc = captured(subject, 'strata.proc/1');
  const pressure = proc.ok ? (proc.value.pressure?.io ?? null) : null;
  return {
    name: t`disk`,
    utilisation: flushing,
    saturation: !proc.ok
      ? proc
      : map(
          fromNullable(pressure, t`this kernel has no \`/proc/pressure\``),
          (share) => t`${percent(share)} of the time some task waited for I/O`,
        ),
    errors: map(captured(subject, 'strata.syscalls/1'), ({ rows }) => {
      const failed = rows.filter((row) => isSync(row.syscall)).reduce((total, row) => total + row.errors, 0);
      return t`${integer(failed)} failed syncs`;
    }),
  };
}

function sockets(subject: Subject): Resource {
  const { node } = subject;
  const proc = captured(subject, 'strata.proc/1');
  const queues: Cell = !proc.ok
    ? proc
    : map(
        fromNullable(proc.value.sockets, t`the kernel hides the sockets of the process`),
        (of) => t`at most ${bytes(of.sendQueueBytesMax)} unsent, ${bytes(of.receiveQueueBytesMax)} unread`,
      );
  const full = backpressureWaits(node).flatMap((wait) =>
    wait.count.ok ? [`${wait.name} ${integer(wait.count.value)}`] : [],
  );
  const tcp = proc.ok ? proc.value.tcp : null;
  return {
    name: t`sockets`,
    utilisation: missing(t`a loopback has no rate of its own to be a share of`),
    saturation: firstOf(full.length === 0 ? queues : measured(full.join(t`, `)), queues),
    errors: firstOf(
      tcp === null
        ? missing(t`no TCP counters were read`)
        : measured(
            t`${integer(tcp.retransmitted)} of ${integer(tcp.segmentsOut)} segments sent again (whole machine)`,
          ),
      map(
        counter(node, 'network_peer_dropped_total'),
        (count) => t`${integer(count)} messages to peers dropped`,
      ),
    ),
  };
}

function heap(subject: Subject): Resource {
  const { node } = subject;
  const capture = captured(subject, 'strata.gc/1');
  const used = fromNullable(
    node.gauges.runtime_heap_used_bytes,
    t`the node did not report runtime_heap_used_bytes`,
  );
  return {
    name: t`heap`,
    utilisation: firstOf(
      map(capture, (gc) => t`${bytes(gc.heapUsedBytes)} of ${bytes(gc.heapTotalBytes)} held`),
      map(used, (size) => t`${bytes(size)} used`),
    ),
    saturation: map(
      timeShare(node, 'runtime_gc_ns'),
      (share) => t`${percent(share)} of the window in collections`,
    ),
    errors: measured(t`none: a full heap ends the process, and it lived on`),
  };
}

import { capturesOf, type PassData, type PointData } from '../../results/run-directory.js';
import type { Capture, ProbePass } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { type Measured, measured, missing, notCaptured } from './measured.js';
import { compareText } from './node-measures.js';

export type CaptureName = Capture['schema'];
export type CaptureAs<Name extends CaptureName> = Extract<Capture, { schema: Name }>;

/** What a kind of capture is called in a sentence, and which probes leave it: their names begin so. */
export const CAPTURE_KINDS: Readonly<
  Record<CaptureName, { readonly what: string; readonly probes: RegExp }>
> = {
  'strata.cpu/1': { what: 'CPU profile', probes: /^(cpu|0x|clinic)/ },
  'strata.perf/1': { what: 'perf profile of all threads', probes: /^perf/ },
  'strata.heap/1': { what: 'allocation profile', probes: /^(heap|alloc)/ },
  'strata.syscalls/1': { what: 'syscall trace', probes: /^(strace|syscall|perf-trace)/ },
  'strata.sync-calls/1': { what: 'trace of syncs call by call', probes: /^f?syncs?-/ },
  'strata.bpf/1': { what: 'histograms of the kernel', probes: /^(e?bpf)/ },
  'strata.gc/1': { what: 'record of collections', probes: /^(gc|garbage)/ },
  'strata.event-loop/1': { what: 'record of the event loop', probes: /^(event-)?loop|^event/ },
  'strata.pool/1': { what: 'record of the thread pool', probes: /^(uv-|libuv-|thread-)?pool/ },
  'strata.locks/1': { what: 'record of locks', probes: /^(lock|atomics)/ },
  'strata.proc/1': { what: 'reading of `/proc`', probes: /^proc/ },
  'strata.tool/1': { what: 'files of an outside tool', probes: /^(0x|clinic|tool)/ },
};

/** The captures of one kind that one pass left. */
export interface Observed<Name extends CaptureName> {
  readonly pass: ProbePass;
  /** Leader first, then by node id. */
  readonly captures: readonly CaptureAs<Name>[];
  /** Where each capture lies, relative to the run directory: `points/mid/passes/strace/node-1.json`. */
  readonly files: ReadonlyMap<Capture, string>;
}

/** Every pass of a point that has captures of this kind, those that are not wanted left out. */
export function observeAll<Name extends CaptureName>(
  point: PointData,
  schema: Name,
  wanted: (capture: CaptureAs<Name>) => boolean = () => true,
): readonly Observed<Name>[] {
  return point.passes.flatMap((data) => {
    const files = filesOf(point, data);
    const captures = inOrder(data, schema, files).filter(wanted);
    return captures.length === 0 ? [] : [{ pass: data.pass, captures, files }];
  });
}

/** The first of them. */
export function observe<Name extends CaptureName>(
  point: PointData,
  schema: Name,
  wanted?: (capture: CaptureAs<Name>) => boolean,
): Measured<Observed<Name>> {
  const [first] = observeAll(point, schema, wanted);
  return first === undefined
    ? notCaptured(t`point ${point.ref.id} has no ${translated(CAPTURE_KINDS[schema].what)}`)
    : measured(first);
}

/** The captures of a pass stand in the order of its list of names. */
function filesOf(point: PointData, { pass, captures }: PassData): ReadonlyMap<Capture, string> {
  const folder = `points/${point.ref.id}/passes/${pass.probe}`;
  return new Map(
    captures.map((capture, index) => [capture, `${folder}/${pass.captures[index] ?? '*.json'}`]),
  );
}

function inOrder<Name extends CaptureName>(
  data: PassData,
  schema: Name,
  files: ReadonlyMap<Capture, string>,
): CaptureAs<Name>[] {
  const fileOf = (capture: Capture) => files.get(capture) ?? '';
  return capturesOf(data, schema).sort(
    (one, other) =>
      Number(other.role === 'leader') - Number(one.role === 'leader') ||
      one.node - other.node ||
      one.pid - other.pid ||
      compareText(fileOf(one), fileOf(other)),
  );
}

/** The leader's capture of one kind at a point. */
export function leaderCapture<Name extends CaptureName>(
  point: PointData,
  schema: Name,
  wanted?: (capture: CaptureAs<Name>) => boolean,
): Measured<CaptureAs<Name>> {
  const found = observe(point, schema, wanted);
  if (!found.ok) return found;
  const leader = found.value.captures.find((capture) => capture.role === 'leader');
  return leader === undefined
    ? missing(t`the ${translated(CAPTURE_KINDS[schema].what)} of point ${point.ref.id} has no leader`)
    : measured(leader);
}

/** Leader and the follower with the smallest id; the first capture of all where neither is there. */
export function leaderAndFollower<Each extends { readonly role: string }>(
  captures: readonly Each[],
): readonly Each[] {
  const pair = ['leader', 'follower'].flatMap((role) => {
    const found = captures.find((capture) => capture.role === role);
    return found === undefined ? [] : [found];
  });
  return pair.length > 0 ? pair : captures.slice(0, 1);
}

/** `leader 3`, or the process for one that is no node of ours. */
export function subjectName(capture: {
  readonly role: string;
  readonly node: number;
  readonly pid: number;
}): string {
  return capture.node === 0 ? t`process ${capture.pid}` : `${capture.role} ${capture.node}`;
}

/** The files of some captures, as the source of a table names them. */
export function sourceOf<Name extends CaptureName>(
  observed: Observed<Name>,
  captures: readonly Capture[] = observed.captures,
): string {
  return [...new Set(captures.map((capture) => `\`${observed.files.get(capture) ?? '*.json'}\``))].join(', ');
}

import type { SyscallCapture } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { sourceOf } from '../measures/captures.js';
import {
  type DescriptorFacts,
  type DescriptorLine,
  descriptorFacts,
  futexByThread,
  UNATTRIBUTED_MAX,
} from '../measures/descriptors.js';
import type { Measured } from '../measures/measured.js';
import { bytes, decimal, integer, micros, percent } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { ObservedLevel } from './observed.js';
import { blocks, notMeasured } from './section.js';

/** System calls of one node by the layer that owns the descriptor. */
export function descriptorTables(capture: SyscallCapture, source: string): string {
  const facts = descriptorFacts(capture);
  if (!facts.ok) return t`By layer: ${notMeasured(facts.because)}`;
  return blocks(layerTable(facts.value, source), unattributedLine(facts.value));
}

function layerTable(facts: DescriptorFacts, source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Layer`),
      left(t`Descriptor`),
      right(t`calls`),
      right(t`errors`),
      right(t`bytes`),
      right(t`mean per call`),
      right(t`seconds`),
      right(t`% of working time`),
    ],
    t`${source}, byDescriptor; a call belongs to the folder of the server that owns its descriptor`,
  );
  for (const line of facts.lines) table.row(...cells(translated(line.layer), line.descriptor, line, facts));
  const total = facts.lines.reduce(add);
  table.row(...cells(t`**all**`, '', { ...total, waits: false }, null));
  return table.toString();
}

function cells(
  layer: string,
  descriptor: string,
  line: DescriptorLine,
  facts: DescriptorFacts | null,
): string[] {
  const share =
    facts === null
      ? ''
      : line.waits || facts.workingSeconds === 0
        ? t`waits`
        : percent(line.seconds / facts.workingSeconds);
  return [
    layer,
    descriptor,
    integer(line.calls),
    integer(line.errors),
    line.bytes === 0 ? '' : bytes(line.bytes),
    line.calls === 0 ? '' : micros((line.seconds * 1e6) / line.calls),
    decimal(line.seconds, 4),
    share,
  ];
}

function add(one: DescriptorLine, other: DescriptorLine): DescriptorLine {
  return {
    ...one,
    calls: one.calls + other.calls,
    errors: one.errors + other.errors,
    bytes: one.bytes + other.bytes,
    seconds: one.seconds + other.seconds,
  };
}

function unattributedLine(facts: DescriptorFacts): string {
  const share = percent(facts.unattributedShare);
  return facts.unattributedShare > UNATTRIBUTED_MAX
    ? t`⚠️ ${share} of the working time belongs to no layer (limit ${percent(UNATTRIBUTED_MAX)}): read the shares of this node with care.`
    : t`Unattributed: ${share} of the working time (limit ${percent(UNATTRIBUTED_MAX)}).`;
}

/** The document's futex row taken apart, by whichever tracer could: a parked thread has nothing to do, one that waits for a lock has. */
export function futexTable(
  observed: Measured<ObservedLevel<'strata.syscalls/1'>>,
  of: { readonly node: number; readonly pid: number },
): string {
  const capture = observed.ok
    ? observed.value.captures.find((each) => each.node === of.node && each.pid === of.pid)
    : undefined;
  if (!observed.ok || capture?.futex === undefined) {
    return t`Lock waits inside futex: ${notMeasured(t`no tracer told parked threads of this node from those that wait for a lock`)}`;
  }
  const table = new MarkdownTable(
    [
      left(t`Futex by thread`),
      right(t`threads`),
      right(t`parked`),
      right(t`lock waits`),
      right(t`mean wait`),
      right(t`longest`),
      right(t`waited, of the window`),
    ],
    t`${sourceOf(observed.value, [capture])}, futex; parked: a thread of a pool that waits for work, which is no lock`,
  );
  for (const kind of futexByThread(capture.futex)) {
    const each = (us: number): string => (kind.waits === 0 ? t`no wait` : micros(us));
    table.row(
      translated(kind.thread),
      integer(kind.threads),
      micros(kind.parkedSeconds * 1e6),
      integer(kind.waits),
      each((kind.waitSeconds * 1e6) / kind.waits),
      each(kind.longestUs),
      percent(kind.waitSeconds / (capture.seconds * Math.max(1, kind.threads))),
    );
  }
  return table.isEmpty ? t`Futex: no thread waited in it.` : table.toString();
}

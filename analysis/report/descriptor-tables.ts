import type { SyscallCapture } from '../../results/schema/index.js';
import {
  type DescriptorFacts,
  type DescriptorLine,
  descriptorFacts,
  futexByThread,
  UNATTRIBUTED_MAX,
} from '../measures/descriptors.js';
import { bytes, decimal, integer, micros, percent } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { blocks, notMeasured } from './section.js';

/** System calls of one node by the layer that owns the descriptor, and its waits for native locks. */
export function descriptorTables(capture: SyscallCapture, source: string): string {
  const facts = descriptorFacts(capture);
  return blocks(
    facts.ok
      ? blocks(layerTable(facts.value, source), unattributedLine(facts.value))
      : `By layer: ${notMeasured(facts.because)}`,
    futexTable(capture, source),
  );
}

function layerTable(facts: DescriptorFacts, source: string): string {
  const table = new MarkdownTable(
    [
      left('Layer'),
      left('Descriptor'),
      right('calls'),
      right('errors'),
      right('bytes'),
      right('mean per call'),
      right('seconds'),
      right('% of working time'),
    ],
    `${source}, byDescriptor; a call belongs to the folder of the server that owns its descriptor`,
  );
  for (const line of facts.lines) table.row(...cells(line.layer, line.descriptor, line, facts));
  const total = facts.lines.reduce(add);
  table.row(...cells('**all**', '', { ...total, waits: false }, null));
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
        ? 'waits'
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
    ? `⚠️ ${share} of the working time belongs to no layer (limit ${percent(UNATTRIBUTED_MAX)}): read the shares of this node with care.`
    : `Unattributed: ${share} of the working time (limit ${percent(UNATTRIBUTED_MAX)}).`;
}

/** The document's futex row taken apart: a parked thread has nothing to do, one that waits for a lock has. */
function futexTable(capture: SyscallCapture, source: string): string {
  if (capture.futex === undefined) {
    return `Lock waits inside futex: ${notMeasured('this tracer did not tell parked threads from those that wait for a lock')}`;
  }
  const table = new MarkdownTable(
    [
      left('Futex by thread'),
      right('threads'),
      right('parked'),
      right('lock waits'),
      right('mean wait'),
      right('longest'),
      right('waited, of the window'),
    ],
    `${source}, futex; parked: a thread of a pool that waits for work, which is no lock`,
  );
  for (const kind of futexByThread(capture.futex)) {
    table.row(
      kind.thread,
      integer(kind.threads),
      micros(kind.parkedSeconds * 1e6),
      integer(kind.waits),
      kind.waits === 0 ? 'no wait' : micros((kind.waitSeconds * 1e6) / kind.waits),
      kind.waits === 0 ? 'no wait' : micros(kind.longestUs),
      percent(kind.waitSeconds / (capture.seconds * Math.max(1, kind.threads))),
    );
  }
  return table.isEmpty ? 'Futex: no thread waited in it.' : table.toString();
}

import type { CpuCapture, CpuFrame, LayerName } from '../../results/schema/index.js';
import { busyUs, capturesByRole, cpuPass, inclusiveShare, layerShare } from '../cpu/cpu-profile.js';
import { isConnectFrame, isLockFrame, isPoolFrame, isTickFrame, selfShare } from '../kpi/cpu-readings.js';
import { t, translated } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import {
  DOCUMENT_HOT_TABLES,
  type DocumentHotFunction,
  type DocumentHotTable,
  type HotMeasure,
} from '../reference/hot-functions.js';
import { percent } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { blocks, notMeasured } from './section.js';

interface HotReading {
  /** What stands for the function here. */
  readonly what: string;
  /** Null where nothing does. */
  readonly read: ((capture: CpuCapture) => number) | null;
}

const layers =
  (...names: readonly LayerName[]) =>
  (capture: CpuCapture): number =>
    names.reduce((total, name) => total + layerShare(capture, name), 0);

/** Share of these mechanisms, in one layer or in all. */
const mechanisms =
  (names: readonly string[], layer: LayerName | null = null) =>
  (capture: CpuCapture): number => {
    const busy = busyUs(capture);
    const us = capture.matrix
      .filter((cell) => names.includes(cell.mechanism) && (layer === null || cell.layer === layer))
      .reduce((total, cell) => total + cell.us, 0);
    return busy === 0 ? 0 : us / busy;
  };

const anywhere =
  (matches: (frame: CpuFrame) => boolean) =>
  (capture: CpuCapture): number =>
    inclusiveShare(capture, matches);

const isSendFrame = ({ name, file }: CpuFrame): boolean =>
  (name === '#send' && file.endsWith('runtime/node-loop.js')) ||
  (/^(flushAppends|sendAppend)$/.test(name) && file.endsWith('consensus/leader.js'));
const isStepFrame = ({ name, file }: CpuFrame): boolean =>
  name === '#stepInbound' && file.endsWith('runtime/node-loop.js');
const isPeerFrame = ({ file }: CpuFrame): boolean => file.startsWith('server/network/peers/');
const isVoteFrame = ({ name, file }: CpuFrame): boolean =>
  /^(campaign|requestVotes)$/.test(name) && file.startsWith('server/consensus/');

const READINGS: Readonly<Record<HotMeasure, HotReading>> = {
  'consensus and state': { what: 'layers consensus and state', read: layers('consensus', 'state') },
  'peer codec': { what: 'codec of messages between nodes', read: mechanisms(['codec'], 'network') },
  'log codec': { what: 'codec of the log', read: mechanisms(['codec'], 'log') },
  sockets: {
    what: 'socket reads and writes, of clients too',
    read: mechanisms(['socket-read', 'socket-write']),
  },
  runtime: { what: 'runtime layer: the turns of the loop', read: layers('runtime') },
  coroutines: { what: 'nothing: one thread runs callbacks to their end', read: null },
  pool: {
    what: 'code of the pool itself',
    read: (capture) => selfShare(capture, isPoolFrame),
  },
  locks: { what: 'lock code; waits use no CPU (3.3)', read: anywhere(isLockFrame) },
  connects: { what: 'connects', read: anywhere(isConnectFrame) },
  buffers: { what: 'allocating and copying buffers', read: mechanisms(['buffer']) },
  syncs: { what: 'asking for syncs; the wait uses no CPU (2.2)', read: mechanisms(['fs-sync']) },
  'file writes': { what: 'writes to files', read: mechanisms(['fs-write']) },
  log: { what: 'log layer without its writes', read: layers('log') },
  'log and disk': { what: 'layers log and io', read: layers('log', 'io') },
  'sending appends': { what: 'making messages and handing them to sockets', read: anywhere(isSendFrame) },
  'stepping messages': { what: 'messages of peers through the protocol', read: anywhere(isStepFrame) },
  peers: { what: 'all code between nodes', read: anywhere(isPeerFrame) },
  ticks: { what: 'ticks of the protocol', read: anywhere(isTickFrame) },
  applying: { what: 'state layer', read: layers('state') },
  votes: { what: 'campaigns', read: anywhere(isVoteFrame) },
};

/** C11: every hot function of the document beside what takes its place here. */
export function hotFunctionPart({ middle }: Facts): string {
  if (middle === null) return notMeasured(t`the run has no sweep`);
  const pass = cpuPass(middle.point);
  if (!pass.ok) return notMeasured(pass.because);
  const captures = capturesByRole(pass.value);
  const { id } = middle.point.ref;
  const table = new MarkdownTable(
    [
      left(t`Table of the document`),
      left(t`Function`),
      right(t`Expected`),
      right(t`Its example`),
      right(t`Its example, contended`),
      left(t`What that is here`),
      right(t`Measured, ${levelName(middle)}`),
    ],
    t`\`points/${id}/passes/${pass.value.pass.probe}/node-*.json\`; C11`,
  );
  for (const each of DOCUMENT_HOT_TABLES) {
    const capture = captures.find(({ role }) => role === each.role);
    for (const row of each.functions) functionRow(table, each, row, readingOf(capture, each, row, middle));
  }
  return blocks(
    table.toString(),
    t`Shares of samples. The document's are estimates for all threads of a C++ server; ours are of the main thread's samples that are not idle, and rows may overlap: what a layer is asked for counts in the row of its mechanism too.`,
  );
}

function readingOf(
  capture: CpuCapture | undefined,
  { role }: DocumentHotTable,
  { measure }: DocumentHotFunction,
  { point }: PointFacts,
): Measured {
  const { read } = READINGS[measure];
  if (read === null) return missing(t`a process of Node.js has no coroutines that could be switched`);
  if (capture !== undefined) return measured(read(capture));
  return missing(
    role === 'leader'
      ? t`the CPU profile of point ${point.ref.id} has no leader`
      : t`the CPU profile of point ${point.ref.id} has no follower`,
  );
}

function functionRow(
  table: MarkdownTable,
  { name }: DocumentHotTable,
  { name: function_, expected, example, contended, measure }: DocumentHotFunction,
  value: Measured,
): void {
  const theirs = (share: string | null | undefined): string => (share == null ? '–' : `${share} %`);
  table.row(
    translated(name),
    code(function_),
    theirs(expected),
    theirs(example),
    theirs(contended),
    translated(READINGS[measure].what),
    table.cell(value, percent),
  );
}

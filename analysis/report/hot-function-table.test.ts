import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { CpuCapture, CpuFrame, LayerName } from '../../results/schema/index.js';
import { BUSY_LAYERS } from '../cpu/cpu-profile.js';
import { DOCUMENT_HOT_TABLES } from '../reference/hot-functions.js';
import { madeUpCpu } from '../testing/made-up-parts.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { collectFacts } from './facts.js';
import { hotFunctionPart } from './hot-function-table.js';

const frame = (name: string, file: string, layer: LayerName): CpuFrame => ({ name, file, line: 1, layer });

/** One second of samples: each part is a frame with its milliseconds. */
function captureOf(
  role: CpuCapture['role'],
  parts: readonly (readonly [CpuFrame, number])[],
  matrix: CpuCapture['matrix'] = [],
): CpuCapture {
  const layers = { ...madeUpCpu(1, role).layers };
  for (const layer of [...BUSY_LAYERS, 'idle' as const]) layers[layer] = 0;
  for (const [{ layer }, us] of parts) layers[layer] += us;
  const stacks = parts.map(([{ layer }, us], at) => ({ frames: [at], layer, us }));
  return {
    ...madeUpCpu(role === 'leader' ? 1 : 2, role),
    layers,
    frames: parts.map(([each]) => each),
    stacks,
    matrix,
  };
}

function runOf(...captures: readonly CpuCapture[]): RunData {
  const run = madeUpRun();
  const points = run.points.map((point) => ({
    ...point,
    passes: point.passes
      .filter(({ pass }) => pass.probe === 'cpu-profile')
      .map((pass) => ({ ...pass, captures: [...captures] })),
  }));
  return { ...run, points };
}

const rowsOf = (run: RunData) =>
  hotFunctionPart(collectFacts(run))
    .split('\n')
    .filter((line) => /^\| \w.*`/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const LEADER = captureOf(
  'leader',
  [
    [frame('#send', 'server/runtime/node-loop.js', 'runtime'), 200],
    [frame('flushAppends', 'server/consensus/leader.js', 'consensus'), 100],
    [frame('apply', 'server/state/store.js', 'state'), 300],
    [frame('send', 'server/network/peers/connection-pool.js', 'network'), 50],
    [frame('append', 'server/log/wal-writer.js', 'log'), 250],
    [frame('sync', 'server/io/file.js', 'io'), 100],
  ],
  [
    { layer: 'network', mechanism: 'codec', us: 40 },
    { layer: 'log', mechanism: 'codec', us: 60 },
    { layer: 'network', mechanism: 'socket-write', us: 70 },
    { layer: 'io', mechanism: 'fs-sync', us: 80 },
  ],
);
const FOLLOWER = captureOf('follower', [
  [frame('#stepInbound', 'server/runtime/node-loop.js', 'runtime'), 400],
  [frame('requestVotes', 'server/consensus/election.js', 'consensus'), 100],
  [frame('append', 'server/log/wal-writer.js', 'log'), 500],
]);

describe("the document's hot functions", () => {
  it('has every row of every table, with the share that stands in the document', () => {
    const rows = rowsOf(runOf(LEADER, FOLLOWER));
    assert.equal(rows.length, DOCUMENT_HOT_TABLES.flatMap(({ functions }) => functions).length);
    const lock = rows.find(
      ([table, name]) => table!.startsWith('leader') && name!.includes('__lll_lock_wait'),
    )!;
    assert.deepEqual(lock.slice(2, 5), ['< 5 %', '2.45 %', '52.92 %']);
  });

  it('measures what stands for a function, on the node that the table is about', () => {
    const rows = rowsOf(runOf(LEADER, FOLLOWER));
    const shareOf = (table: string, name: string): string =>
      rows.find((row) => row[0]!.startsWith(table) && row[1] === `\`${name}\``)!.at(-1)!;
    assert.equal(shareOf('leader', 'sendAppendEntries'), '30.0 %');
    assert.equal(shareOf('leader', 'persist'), '35.0 %');
    assert.equal(shareOf('leader', 'applier'), '30.0 %');
    assert.equal(shareOf('leader', 'AppendEntries1'), '0 %');
    assert.equal(shareOf('network', 'Raft::AppendEntries, Apply'), '40.0 %');
    assert.equal(shareOf('network', 'protobuf::SerializeToString, ParseFromString'), '4.0 %');
    assert.equal(shareOf('network', 'ConnectionPool::getConnection'), '5.0 %');
    assert.equal(shareOf('network', 'send, recv'), '7.0 %');
    assert.equal(shareOf('log', 'fsync, fdatasync'), '8.0 %');
    assert.equal(shareOf('log', 'protobuf, persisted data'), '6.0 %');
    assert.equal(shareOf('follower', 'AppendEntries1'), '40.0 %');
    assert.equal(shareOf('follower', 'persist'), '50.0 %');
    assert.equal(shareOf('follower', 'sendRequestVote'), '10.0 %');
  });

  it('says why where nothing stands for a function, no follower was profiled, or nobody was', () => {
    const text = hotFunctionPart(collectFacts(runOf(LEADER)));
    assert.match(text, /has no coroutines that could be switched/);
    assert.match(text, /the CPU profile of point mid has no follower/);
    const run = madeUpRun();
    const bare = { ...run, points: run.points.map((point) => ({ ...point, passes: [] })) };
    assert.match(hotFunctionPart(collectFacts(bare)), /^_Not measured, because .*no CPU profile/);
    assert.match(hotFunctionPart(collectFacts({ ...run, points: [] })), /the run has no sweep/);
  });
});

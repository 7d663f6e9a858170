import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CpuCapture } from '../../results/schema/index.js';
import { attributeCpuProfile, type CaptureHead } from './attribute.js';
import { type CpuProfile, parseCpuProfile } from './cpuprofile.js';
import type { LineIndex } from './line-index.js';

const HEAD: CaptureHead = {
  probe: 'cpu-profile',
  node: 1,
  role: 'leader',
  pid: 4711,
  seconds: 1,
  raw: ['node-1.cpuprofile'],
  intervalUs: 1_000,
};
const ROOT = '/home/someone/strata/dist';

/** A frame as `name url`; natives have a name only. */
type Stack = readonly string[];

/** A profile of one sample of 1000 µs for each stack, root first, in a tree as V8 builds it. */
function profileOf(stacks: readonly Stack[]): CpuProfile {
  const nodes: { id: number; callFrame: ReturnType<typeof callFrame>; children: number[] }[] = [
    { id: 1, callFrame: callFrame('(root)'), children: [] },
  ];
  const samples = stacks.map((stack) => {
    let at = nodes[0]!;
    for (const text of stack) {
      const frame = callFrame(text);
      const known = at.children
        .map((id) => nodes[id - 1]!)
        .find(
          (node) => node.callFrame.functionName === frame.functionName && node.callFrame.url === frame.url,
        );
      const next = known ?? { id: nodes.length + 1, callFrame: frame, children: [] };
      if (known === undefined) {
        nodes.push(next);
        at.children.push(next.id);
      }
      at = next;
    }
    return at.id;
  });
  const timeDeltas = samples.map((_, index) => (index === 0 ? 500 : 1_000));
  return { nodes, startTime: 0, endTime: 500 + samples.length * 1_000, samples, timeDeltas };
}

function callFrame(text: string): { functionName: string; url: string; lineNumber: number } {
  const space = text.lastIndexOf(' ');
  if (space < 0 || text.startsWith('(')) return { functionName: text, url: '', lineNumber: -1 };
  const path = text.slice(space + 1);
  const url = path.startsWith('node:') ? path : `file://${ROOT}/${path}`;
  return { functionName: text.slice(0, space), url, lineNumber: 9 };
}

/** Layer and mechanism of one stack. */
function cellOf(...stack: string[]): string {
  const { matrix, sampledUs } = attributeCpuProfile(profileOf([stack]), HEAD);
  assert.equal(matrix.length, 1);
  assert.equal(matrix[0]!.us, sampledUs);
  return `${matrix[0]!.layer} ${matrix[0]!.mechanism}`;
}

describe('owner layer and mechanism of a stack', () => {
  const raft = 'step server/consensus/raft.js';
  const wal = 'append server/log/wal-writer.js';
  const onread = 'onStreamRead node:internal/stream_base_commons';
  const handler = 'onRequest server/network/http/server.js';
  const drain = 'drain server/runtime/drain.js';
  const tick = 'processTicksAndRejections node:internal/process/task_queues';

  it('gives a file of the server to its folder', () => {
    for (const layer of ['network', 'consensus', 'log', 'io', 'state', 'runtime'])
      assert.equal(cellOf(`work server/${layer}/deep/file.js`), `${layer} js`);
  });
  it('gives wiring to the runtime', () => {
    for (const file of ['main.js', 'errors.js', 'config/config.js', 'ports/clock.js', 'sim/disk.js'])
      assert.equal(cellOf(`work server/${file}`), 'runtime js');
  });
  it('gives a callback chain to the deepest file of ours, not to where the event came in', () => {
    assert.equal(cellOf(onread, 'execute', handler, drain, raft), 'consensus js');
    assert.equal(
      cellOf(onread, 'execute', handler, drain, wal, 'writev node:fs', 'writeBuffers'),
      'log fs-write',
    );
    assert.equal(cellOf(onread, handler, drain), 'runtime js');
  });
  it('keeps the mechanism apart from the owner', () => {
    const sync = 'datasync node:internal/fs/promises';
    assert.equal(cellOf(tick, wal, sync, 'fdatasync'), 'log fs-sync');
    assert.equal(cellOf(raft, 'utf8Write'), 'consensus buffer');
    assert.equal(cellOf(raft, '_write node:net', 'writeBuffer'), 'consensus socket-write');
    assert.equal(cellOf(wal, 'writeSync node:fs', 'writeBuffer'), 'log fs-write');
    assert.equal(cellOf('encode server/log/record-codec.js'), 'log codec');
  });
  it("keeps V8's own entries", () => {
    assert.equal(cellOf('(garbage collector)'), 'gc gc');
    assert.equal(cellOf('(idle)'), 'idle idle');
    assert.equal(cellOf('(program)'), 'runtime native');
  });
  it("gives Node's work that nobody of ours is below to the layer its module serves", () => {
    assert.equal(cellOf(onread, 'emit node:events'), 'network event-loop');
    assert.equal(cellOf('parserOnHeadersComplete node:_http_common'), 'network http');
    assert.equal(cellOf('oncomplete node:fs'), 'io fs-other');
    assert.equal(cellOf(tick), 'runtime event-loop');
    assert.equal(cellOf(tick, 'runMicrotasks'), 'runtime event-loop');
    assert.equal(cellOf('listOnTimeout node:internal/timers', 'scheduleTimer'), 'runtime timers');
  });
  it('gives a library to its caller, and without one to the layer that uses it', () => {
    const encode = 'encode node_modules/protobufjs/src/writer.js';
    assert.equal(cellOf(wal, encode), 'log codec');
    assert.equal(cellOf(encode), 'network codec');
    assert.equal(cellOf(tick, 'observe node_modules/prom-client/lib/histogram.js'), 'network telemetry');
    assert.equal(cellOf('x node_modules/@scope/unknown/server/log/x.js'), 'unattributed js');
  });
  it('keeps what nobody can be named for', () => {
    assert.equal(cellOf('main scripts/strata.js'), 'unattributed js');
    assert.equal(
      cellOf('main scripts/strata.js', 'write node:net', 'writeUtf8String'),
      'unattributed socket-write',
    );
    assert.equal(cellOf('main scripts/strata.js', raft), 'consensus js');
    assert.equal(cellOf('mystery'), 'unattributed other');
  });
});

describe('attributeCpuProfile', () => {
  it('weighs samples by time, not by count', () => {
    const profile = profileOf([['a server/log/a.js'], ['b server/io/b.js'], ['a server/log/a.js']]);
    // Gaps before samples: the first sample lasts 200 µs, the second 5000, the third until the end, 300.
    const capture = attributeCpuProfile({ ...profile, timeDeltas: [100, 200, 5_000], endTime: 5_600 }, HEAD);
    assert.equal(capture.layers.log, 500);
    assert.equal(capture.layers.io, 5_000);
    assert.equal(capture.sampledUs, 5_500);
  });
  it('sorts samples that V8 wrote out of order', () => {
    const profile = profileOf([['a server/log/a.js'], ['b server/io/b.js'], ['c server/state/c.js']]);
    // Times 1000, 3000, 2000: b is the last.
    const capture = attributeCpuProfile(
      { ...profile, timeDeltas: [1_000, 2_000, -1_000], endTime: 3_500 },
      HEAD,
    );
    assert.deepEqual([capture.layers.log, capture.layers.state, capture.layers.io], [1_000, 1_000, 500]);
  });
  it('merges the tiers of one function and drops the root', () => {
    const capture = attributeCpuProfile(
      profileOf([['~step server/consensus/raft.js'], ['*step server/consensus/raft.js']]),
      HEAD,
    );
    assert.deepEqual(capture.frames, [
      { name: 'step', file: 'server/consensus/raft.js', line: 10, layer: 'consensus' },
    ]);
    assert.deepEqual(capture.stacks, [{ frames: [0], us: 2_000, layer: 'consensus' }]);
  });
  it('refuses a profile whose nodes are broken', () => {
    const profile = profileOf([['a server/log/a.js']]);
    assert.throws(() => attributeCpuProfile({ ...profile, samples: [99] }, HEAD), /names node 99/);
    const circle = structuredClone(profile);
    circle.nodes[1]!.children = [1];
    assert.throws(() => attributeCpuProfile(circle, HEAD), /circle/);
  });
  it('puts every sampled microsecond into exactly one cell, whatever the stacks', () => {
    const frame = fc.constantFrom(
      'a server/log/a.js',
      'b server/network/b.js',
      'c scripts/c.js',
      'd node_modules/pino/d.js',
      'e node:net',
      'f node:events',
      'writeBuffer',
      'mystery',
    );
    const stack = fc.oneof(
      fc.array(frame, { maxLength: 6 }),
      fc.constantFrom(['(idle)'], ['(garbage collector)']),
    );
    fc.assert(
      fc.property(fc.array(stack, { minLength: 1, maxLength: 20 }), (stacks) => {
        const capture = CpuCapture.parse(attributeCpuProfile(profileOf(stacks), HEAD));
        const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
        assert.equal(capture.sampledUs, stacks.length * 1_000);
        assert.equal(sum(Object.values(capture.layers)), capture.sampledUs);
        assert.equal(sum(Object.values(capture.mechanisms)), capture.sampledUs);
        assert.equal(sum(capture.matrix.map(({ us }) => us)), capture.sampledUs);
        assert.equal(sum(capture.stacks.map(({ us }) => us)), capture.sampledUs);
      }),
      { numRuns: 200 },
    );
  });
});

describe('attributeCpuProfile with separate lines', () => {
  // Files of 20 lines: consensus on 101…120, runtime on 121…140; a function on each file's own lines 1 and 10.
  const file = (name: string, shift: number) => ({
    file: `server/${name}.js`,
    shift,
    lines: 20,
    declarations: [
      { line: 1, name: 'first' },
      { line: 10, name: 'second' },
    ],
  });
  const index: LineIndex = {
    schema: 'strata.lines/1',
    files: [file('runtime/drain', 120), file('consensus/raft', 100)],
  };
  /** One function of server/runtime/drain.js that starts on `line`, with samples on other lines. */
  const profile = (line: number, ...ticks: { line: number; ticks: number }[]): CpuProfile => ({
    nodes: [
      { id: 1, callFrame: callFrame('(root)'), children: [2] },
      {
        id: 2,
        callFrame: { ...callFrame('first server/runtime/drain.js'), lineNumber: line - 1 },
        positionTicks: ticks,
      },
    ],
    startTime: 0,
    endTime: 1_000,
    samples: [2],
    timeDeltas: [0],
  });

  it('gives inlined code to its own file, in proportion to the samples by line', () => {
    const ticks = [
      { line: 105, ticks: 3 },
      { line: 112, ticks: 4 },
      { line: 122, ticks: 1 },
      { line: 2_000, ticks: 2 },
    ];
    const { layers, frames, stacks } = attributeCpuProfile(profile(121, ...ticks), HEAD, index);
    // Line 2000 is nobody's: a library inlined into the runtime's function, which asked for it.
    assert.deepEqual([layers.consensus, layers.runtime], [700, 300]);
    assert.deepEqual(
      stacks.map(
        ({ frames: path, us }) =>
          `${path.map((at) => `${frames[at]!.name}:${frames[at]!.line}`).join(' ')} ${us}`,
      ),
      ['first:1 first:1 300', 'first:1 second:10 400', 'first:1 300'],
    );
  });
  it('leaves a function its own lines and those of functions in it', () => {
    const { frames } = attributeCpuProfile(
      profile(125, { line: 121, ticks: 1 }, { line: 127, ticks: 1 }),
      HEAD,
      index,
    );
    assert.deepEqual(frames, [{ name: 'first', file: 'server/runtime/drain.js', line: 5, layer: 'runtime' }]);
  });
  it('ignores the index of another build', () => {
    const { layers } = attributeCpuProfile(profile(7, { line: 105, ticks: 1 }), HEAD, index);
    assert.deepEqual([layers.consensus, layers.runtime], [0, 1_000]);
  });
});

describe('parseCpuProfile', () => {
  it('names what is wrong', () => {
    assert.throws(() => parseCpuProfile('{', 'x.cpuprofile'), /x\.cpuprofile is not JSON/);
    assert.throws(() => parseCpuProfile('{"nodes":[]}', 'x'), /field nodes/);
    const short = { ...profileOf([['a server/log/a.js']]), timeDeltas: [] };
    assert.throws(() => parseCpuProfile(JSON.stringify(short), 'x'), /1 samples but 0 time deltas/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PerfCapture, type ThreadKind } from '../../results/schema/index.js';
import type { LineIndex } from '../attribution/line-index.js';
import { PERF_MAP, PERF_SCRIPT } from '../testing/perf-script-text.js';
import { type PerfHead, PerfStacks } from './perf-capture.js';
import { PerfMap } from './perf-map.js';
import { PerfScriptReader } from './perf-script.js';

const HEAD: PerfHead = {
  probe: 'perf',
  node: 1,
  role: 'leader',
  pid: 28379,
  seconds: 1,
  raw: [],
  frequencyHz: 499,
  lost: 0,
  namesJavaScript: true,
};

function capture(
  text: string,
  options: {
    map?: PerfMap | null;
    index?: LineIndex;
    fallback?: ReadonlyMap<number, ThreadKind>;
    pid?: number;
  } = {},
): PerfCapture {
  const stacks = new PerfStacks(499, options.map ?? null);
  const reader = new PerfScriptReader((sample) => stacks.add(sample));
  reader.push(text);
  reader.end();
  const { index = null, fallback = new Map() } = options;
  const document = stacks.capture(
    { ...HEAD, pid: options.pid ?? HEAD.pid },
    { index, fallback, event: 'task-clock' },
  );
  return PerfCapture.parse(document);
}

const sample = (tid: number, leaf: string, event = 'cpu-clock', period = 2_000_000): string =>
  `node 7/${tid} 1.0: ${period} ${event}: \n\t100 ${leaf} (/tmp/perf-7.map)\n\n`;

describe('PerfStacks', () => {
  it('puts a recorded text on both axes and tells its threads', () => {
    const { threads, layers, samples, sampledUs, event, frames, stacks } = capture(PERF_SCRIPT, {
      map: new PerfMap(PERF_MAP),
    });
    assert.deepEqual([samples, event, Math.round(sampledUs)], [4, 'cpu-clock', 8016]);
    assert.deepEqual(
      threads.map(({ tid, kind, samples: count }) => [tid, kind, count]),
      [
        [28379, 'main', 2],
        [28383, 'platform', 1],
        [28387, 'pool', 1],
      ],
    );
    const one = 2004.008;
    assert.deepEqual(
      [layers.io, layers.gc, layers.unattributed].map((us) => Math.round(us / one)),
      [2, 1, 1],
    );
    assert.ok(frames.some(({ name, file, kind }) => name === 'write' && file === 'node:fs' && kind === 'js'));
    assert.ok(!frames.some(({ file }) => file.includes('pino')));
    const deepest = stacks
      .find(({ thread }) => thread === 'pool')!
      .frames.map((index) => frames[index]!.name);
    assert.deepEqual([deepest[0], deepest.at(-1)], ['start_thread', '__rcu_read_lock']);
  });
  it('makes one frame of all tiers of a function', () => {
    const text = ['~', '^', '+', '*']
      .map((tier) => sample(7, `JS:${tier}f file:///x/server/log/a.js:3:1`))
      .join('');
    const { frames, stacks, layers } = capture(text, { pid: 7 });
    assert.deepEqual(frames, [{ name: 'f', file: 'server/log/a.js', line: 3, layer: 'log', kind: 'js' }]);
    assert.deepEqual([stacks.length, layers.log], [1, 8_000]);
  });
  it('gives a function the line of its own file, unless the index is of another build', () => {
    const index = (shift: number): LineIndex => ({
      schema: 'strata.lines/1',
      files: [{ file: 'server/log/a.js', shift, lines: 50, declarations: [{ line: 3, name: 'f' }] }],
    });
    const text = sample(7, 'JS:*f file:///x/dist/server/log/a.js:5003:1');
    assert.equal(capture(text, { pid: 7, index: index(5_000) }).frames[0]!.line, 3);
    assert.equal(capture(text, { pid: 7, index: index(9_000) }).frames[0]!.line, 5_003);
  });
  it('weighs samples of a clock by their period, and of a counter by the frequency', () => {
    const { sampledUs } = capture(sample(7, 'x', 'task-clock:u', 3_000_000));
    assert.equal(sampledUs, 3_000);
    const counted = capture(sample(7, 'x', 'cycles:P', 123_456_789));
    assert.equal(Math.round(counted.sampledUs), Math.round(1e6 / 499));
    assert.equal(counted.event, 'cycles');
  });
  it('takes a thread for what /proc said where its stacks do not say', () => {
    const text = sample(8, 'malloc') + sample(9, 'malloc');
    const { threads } = capture(text, { pid: 7, fallback: new Map([[8, 'pool']]) });
    assert.deepEqual(
      threads.map(({ kind }) => kind),
      ['pool', 'other'],
    );
  });
  it('takes no folder of a process that is not ours for a layer', () => {
    const stacks = new PerfStacks(499, null);
    const reader = new PerfScriptReader((one) => stacks.add(one));
    reader.push(sample(7, 'JS:*f file:///opt/shop/server/log/a.js:3:1'));
    reader.end();
    const options = { index: null, fallback: new Map(), event: 'task-clock' } as const;
    assert.equal(stacks.capture({ ...HEAD, pid: 7, node: 0 }, options).layers.unattributed, 2_000);
    assert.equal(stacks.capture({ ...HEAD, pid: 7, node: 1 }, options).layers.log, 2_000);
  });
  it('has a document of no samples', () => {
    const { samples, event, sampledUs, threads } = capture('');
    assert.deepEqual(
      { samples, event, sampledUs, threads },
      { samples: 0, event: 'task-clock', sampledUs: 0, threads: [] },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributeHeap, type HeapHead, readHeapProfile } from './heap-profile.js';

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 4 });
const site = (functionName: string, url: string, selfSize: number, children: object[] = []) => ({
  callFrame: frame(functionName, url),
  selfSize,
  children,
});
const WAL = 'file:///x/server/log/wal.js';
const PROFILE = {
  head: site('(root)', '', 0, [
    site('append', WAL, 100, [site('alloc', 'node:buffer', 50)]),
    site('(V8 API)', '', 7),
    site('append', WAL, 3),
  ]),
};
const head: HeapHead = {
  probe: 'heap',
  node: 1,
  role: 'leader',
  pid: 2,
  seconds: 1,
  raw: [],
  kind: 'alloc',
  intervalBytes: 1_024,
};

describe('the attribution of allocated bytes', () => {
  it('counts what a layer asked for to that layer, and drops nothing', () => {
    const { layers, sampledBytes, frames, stacks } = attributeHeap(readHeapProfile(PROFILE, 'it'), head);
    assert.deepEqual([sampledBytes, layers.log, layers.unattributed], [160, 153, 7]);
    const named = stacks.map((stack) => [stack.frames.map((at) => frames[at]!.name).join(' '), stack.bytes]);
    assert.deepEqual(named.sort(), [
      ['(V8 API)', 7],
      ['append alloc', 50],
      ['append', 103],
    ]);
  });
  it('knows no layers in a process that is not ours', () => {
    const { layers, frames } = attributeHeap(readHeapProfile(PROFILE, 'it'), { ...head, node: 0 });
    assert.equal(layers.log, 0);
    assert.ok(frames.some(({ file, layer }) => file === '/x/server/log/wal.js' && layer === 'unattributed'));
  });
  it('reads a nesting deeper than its own stack', () => {
    let deep = site('leaf', WAL, 1);
    for (let depth = 0; depth < 20_000; depth += 1) deep = site('caller', WAL, 0, [deep]);
    assert.equal(readHeapProfile({ head: deep }, 'it').length, 20_001);
  });
  it('refuses what is no heap profile, and names it', () => {
    const damaged = [
      null,
      {},
      { head: 1 },
      { head: site('x', '', -1) },
      { head: { ...PROFILE.head, children: [3] } },
    ];
    for (const document of damaged) {
      assert.throws(() => readHeapProfile(document, 'The profile'), {
        code: 'STRATA_PROBE_OUTPUT_INVALID',
        message: /^The profile is no heap profile/,
      });
    }
  });
});

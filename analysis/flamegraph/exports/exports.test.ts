import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import type { StackCapture } from '../stack-model.js';
import { byLayer, HOSTILE_NAMES, madeUpHeap, madeUpPerf, manyStacks, named } from '../testing/captures.js';
import { foldedStacks } from './folded.js';
import { pprofBytes } from './pprof.js';
import { speedscopeJson } from './speedscope.js';
import { cpuProfileJson, heapProfileJson } from './v8-profile.js';
import { wholeNumbers } from './whole-numbers.js';

const CPU = madeUpCpu(1, 'leader');
const FRACTIONS = {
  ...CPU,
  stacks: CPU.stacks.map((stack, index) => ({ ...stack, us: stack.us / 3 + index / 7 })),
};
const EMPTY = { ...CPU, stacks: [] };
const ONE = { ...CPU, stacks: CPU.stacks.slice(1, 2) };

const CAPTURES: readonly (readonly [string, StackCapture])[] = [
  ['a CPU profile', CPU],
  ['fractions of microseconds', FRACTIONS],
  ['perf', madeUpPerf(1)],
  ['the heap', madeUpHeap(1)],
  ['no sample', EMPTY],
  ['one sample', ONE],
  ['20,000 stacks', manyStacks(20_000)],
  ...HOSTILE_NAMES.map((name): [string, StackCapture] => [
    `frames called ${JSON.stringify(name.slice(0, 20))}`,
    named(name),
  ]),
];
const TIMES = CAPTURES.filter(([, capture]) => capture.schema !== 'strata.heap/1');

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

const totalOf = (capture: StackCapture): number => sum(byLayer(capture).values());

describe('whole numbers', () => {
  it('keep the sum, and each is off by less than one', () => {
    const weights = Array.from({ length: 999 }, (_, index) => (index * 0.37) % 2.9);
    const whole = wholeNumbers(weights);
    assert.equal(sum(whole), Math.round(sum(weights)));
    for (const [index, value] of whole.entries())
      assert.ok(Number.isInteger(value) && Math.abs(value - weights[index]!) < 1 + 1e-9);
  });
});

describe('folded stacks', () => {
  for (const [name, capture] of CAPTURES) {
    it(`are lines that other tools read, and sum to the capture: ${name}`, () => {
      const lines = foldedStacks(capture).split('\n').slice(0, -1);
      const weights = lines.map((line) =>
        Number(
          /^(?:network|consensus|log|io|state|runtime|gc|idle|unattributed)(?:;[^;]+)* (\d+)$/u.exec(
            line,
          )?.[1],
        ),
      );
      assert.equal(sum(weights), Math.round(totalOf(capture)));
      for (const line of lines) assert.doesNotMatch(line, /[\r\t\0\u2028]/);
      assert.deepEqual(lines, [...lines].sort());
    });
  }

  it('name the kind of thread below the layer', () => {
    assert.match(foldedStacks(madeUpPerf(1)), /^io;pool;uv__work;do_fsync 90000$/m);
  });
});

interface Speedscope {
  $schema: string;
  shared: { frames: { name: string; file?: string; line?: number }[] };
  profiles: {
    type: string;
    name: string;
    unit: string;
    startValue: number;
    endValue: number;
    samples: number[][];
    weights: number[];
  }[];
}

describe('speedscope', () => {
  for (const [name, capture] of CAPTURES) {
    it(`is valid by its schema, and its parts sum to the capture: ${name}`, () => {
      const file = JSON.parse(speedscopeJson(capture, { title: 'made up' })) as Speedscope;
      assert.equal(file.$schema, 'https://www.speedscope.app/file-format-schema.json');
      for (const frame of file.shared.frames) {
        assert.ok(typeof frame.name === 'string' && frame.name !== '');
        assert.ok(frame.line === undefined || frame.line > 0);
      }
      for (const profile of file.profiles) {
        assert.equal(profile.type, 'sampled');
        assert.equal(profile.unit, capture.schema === 'strata.heap/1' ? 'bytes' : 'microseconds');
        assert.equal(profile.samples.length, profile.weights.length);
        assert.ok(Math.abs(profile.endValue - sum(profile.weights)) < 1e-6 && profile.startValue === 0);
        for (const index of profile.samples.flat()) assert.ok(file.shared.frames[index] !== undefined);
      }
      const [all, ...parts] = file.profiles.map(({ endValue }) => endValue);
      assert.ok(Math.abs(all! - totalOf(capture)) < 1e-3);
      assert.ok(Math.abs(sum(parts) - all!) < 1e-3);
    });
  }

  it('has a profile for each kind of thread, else for each layer', () => {
    const names = (capture: StackCapture): string[] =>
      (JSON.parse(speedscopeJson(capture, { title: 'x' })) as Speedscope).profiles.map(({ name }) => name);
    assert.deepEqual(names(madeUpPerf(1)), [
      'x: all',
      'x: main threads',
      'x: platform threads',
      'x: pool threads',
    ]);
    assert.deepEqual(names(ONE), ['x: all', 'x: network']);
  });
});

describe('pprof', () => {
  for (const [name, capture] of CAPTURES) {
    it(`decodes to the capture, by layer and in all: ${name}`, () => {
      const profile = Profile.decode(gunzipSync(pprofBytes(capture)));
      const { strings } = profile.stringTable;
      const text = (index: number | bigint): string => strings[Number(index)]!;
      const perUnit = capture.schema === 'strata.heap/1' ? 1 : 1_000;
      const sums = new Map<string, number>();
      const locations = new Set(profile.location.map(({ id }) => Number(id)));
      const functions = new Set(profile.function.map(({ id }) => Number(id)));
      for (const { label, value, locationId } of profile.sample) {
        const layer = text(label.find(({ key }) => text(key) === 'layer')!.str);
        sums.set(layer, (sums.get(layer) ?? 0) + Number(value[0]));
        for (const id of locationId) assert.ok(locations.has(Number(id)));
      }
      for (const { line } of profile.location) assert.ok(functions.has(Number(line[0]!.functionId)));
      for (const [layer, weight] of byLayer(capture))
        assert.ok(
          Math.abs(sums.get(layer)! - weight * perUnit) <= 2,
          `${layer}: ${sums.get(layer)} is not ${weight * perUnit}`,
        );
      assert.equal(sum(sums.values()), Math.round(totalOf(capture) * perUnit));
      const unit =
        capture.schema === 'strata.heap/1'
          ? 'alloc_space/bytes'
          : capture.schema === 'strata.cpu/1'
            ? 'wall/nanoseconds'
            : 'cpu/nanoseconds';
      assert.equal(`${text(profile.sampleType[0]!.type)}/${text(profile.sampleType[0]!.unit)}`, unit);
    });
  }

  it('has the leaf first, names and places, and the kind of thread as a label', () => {
    const profile = Profile.decode(gunzipSync(pprofBytes(madeUpPerf(1))));
    const { strings } = profile.stringTable;
    const pool = profile.sample.find(
      ({ label }) => label.some(({ str }) => strings[Number(str)] === 'pool') && Number(label.length) === 2,
    )!;
    const byId = new Map(profile.function.map((one) => [Number(one.id), strings[Number(one.name)]!]));
    const names = pool.locationId.map((id) => byId.get(Number(id)));
    assert.deepEqual(names, ['do_fsync', 'uv__work']);
  });

  it('is the same bytes every time: no clock, no name of a machine', () => {
    const bytes = pprofBytes(CPU);
    assert.ok(bytes.equals(pprofBytes({ ...CPU, stacks: [...CPU.stacks].reverse() })));
    // RFC 1952: four bytes of time from the fifth on, then flags, then the operating system.
    assert.deepEqual([...bytes.subarray(4, 8), bytes[9]], [0, 0, 0, 0, 255]);
  });
});

interface V8Profile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    hitCount: number;
    children?: number[];
  }[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
}

describe('.cpuprofile', () => {
  for (const [name, capture] of TIMES) {
    it(`is one tree whose samples last as long as the capture: ${name}`, () => {
      const { nodes, samples, timeDeltas, startTime, endTime } = JSON.parse(
        cpuProfileJson(capture),
      ) as V8Profile;
      assert.equal(samples.length, timeDeltas.length);
      assert.equal(endTime - startTime, Math.round(totalOf(capture)));
      const ids = new Set(nodes.map(({ id }) => id));
      const children = nodes.flatMap((node) => node.children ?? []);
      assert.equal(nodes[0]!.callFrame.functionName, '(root)');
      // Everything but the root is the child of exactly one.
      assert.deepEqual(
        [...children].sort((a, b) => a - b),
        [...ids].filter((id) => id !== nodes[0]!.id),
      );
      assert.equal(sum(nodes.map(({ hitCount }) => hitCount)), samples.length);
      for (const sample of samples) assert.ok(ids.has(sample));
      for (const delta of timeDeltas) assert.ok(Number.isInteger(delta) && delta >= 0);
    });
  }

  it('gives every function its time, under its layer', () => {
    const { nodes, samples, timeDeltas, endTime } = JSON.parse(cpuProfileJson(CPU)) as V8Profile;
    const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
    const sums = new Map<string, number>();
    let start = 0;
    samples.forEach((id, index) => {
      start += timeDeltas[index]!;
      const end = index + 1 < samples.length ? start + timeDeltas[index + 1]! : endTime;
      sums.set(names.get(id)!, (sums.get(names.get(id)!) ?? 0) + end - start);
    });
    assert.equal(sums.get('[consensus] step'), 240_000);
    assert.equal(sums.get('[network] writeBuffer'), 60_000);
    assert.equal(sums.get('(idle)'), 400_000);
    assert.equal(sums.get('(garbage collector)'), 70_000);
  });

  it('is not for bytes; those have a format of their own', () => {
    assert.throws(() => cpuProfileJson(madeUpHeap(1)), /a CPU profile of bytes/);
    assert.throws(() => heapProfileJson(CPU), /a heap profile of microseconds/);
  });
});

interface HeapNode {
  id: number;
  selfSize: number;
  callFrame: { functionName: string };
  children: HeapNode[];
}

describe('.heapprofile', () => {
  it('is a tree whose own sizes sum to the capture, and samples that name its nodes', () => {
    const heap = madeUpHeap(1);
    const { head, samples } = JSON.parse(heapProfileJson(heap)) as {
      head: HeapNode;
      samples: { size: number; nodeId: number }[];
    };
    const all: HeapNode[] = [];
    const open = [head];
    while (open.length > 0) {
      const node = open.pop()!;
      all.push(node);
      open.push(...node.children);
    }
    assert.equal(sum(all.map(({ selfSize }) => selfSize)), totalOf(heap));
    assert.equal(sum(samples.map(({ size }) => size)), totalOf(heap));
    const ids = new Set(all.map(({ id }) => id));
    assert.equal(ids.size, all.length);
    for (const { nodeId } of samples) assert.ok(ids.has(nodeId));
    assert.ok(all.some(({ callFrame }) => callFrame.functionName === '[consensus] step'));
  });

  it('holds a stack deeper than the one that writes it', () => {
    const frames = Array.from({ length: 30_000 }, (_, index) => index % 14);
    const heap = { ...madeUpHeap(1), stacks: [{ frames, bytes: 10, layer: 'log' as const }] };
    assert.ok(heapProfileJson(heap).includes('"selfSize":10'));
  });
});

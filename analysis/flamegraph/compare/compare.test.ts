import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CpuCapture } from '../../../results/schema/index.js';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { seededRandom } from '../../testing/random.js';
import { xmlProblem } from '../../testing/xml.js';
import { HOSTILE_NAMES, madeUpHeap, manyStacks, named } from '../testing/captures.js';
import { buildTree, type TreeNode } from '../viewer/tree.js';
import { compareGraphs } from './compare-graphs.js';
import { diffFlamegraph } from './diff-flamegraph.js';
import { layerChanges } from './layer-changes.js';

const BASE = madeUpCpu(1, 'leader');
const OPTIONS = { title: 'a test', before: 'old', after: 'new' };

/** The base without `encodeRecord`, and with a stack of its own. */
const CHANGED: CpuCapture = {
  ...BASE,
  frames: [...BASE.frames, { name: 'newcomer', file: 'server/io/new.js', line: 3, layer: 'io' }],
  stacks: [
    ...BASE.stacks.filter(({ frames }) => !frames.includes(7)),
    { frames: [0, 4, BASE.frames.length], us: 120_000, layer: 'io' },
  ],
};

function find(
  node: TreeNode,
  frames: readonly { readonly name: string }[],
  name: string,
): TreeNode | undefined {
  if (frames[node.frame]?.name === name) return node;
  for (const child of node.children) {
    const found = find(child, frames, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The two pictures of a comparison, one string each. */
function panels(svg: string): [after: string, before: string] {
  const [after, before] = svg.slice(svg.indexOf('Widths as after')).split('Widths as before');
  return [after!, before!];
}

/** A capture whose layers have these shares, a little off by chance. */
function withShares(random: () => number, network: number): CpuCapture {
  const off = (): number => 1 + (random() - 0.5) * 0.04;
  const stacks = BASE.stacks.map((stack) => ({
    ...stack,
    us: stack.us * off() * (stack.layer === 'network' ? network : 1),
  }));
  return { ...BASE, stacks };
}

describe('comparison of two captures', () => {
  it('gives both sides shares that sum to one, whatever their length', () => {
    const longer = { ...CHANGED, stacks: CHANGED.stacks.map((stack) => ({ ...stack, us: stack.us * 7 })) };
    const root = buildTree(compareGraphs({ before: [BASE], after: [longer] }));
    assert.ok(Math.abs(root.total - 1) < 1e-12 && Math.abs(root.before - 1) < 1e-12);
    const same = compareGraphs({ before: [BASE], after: [{ ...BASE, stacks: longer.stacks }] });
    assert.equal(
      same.stacks.some(({ layer }) => layer === 'idle'),
      false,
    );
  });

  it('shows what came and what vanished, each in its picture', () => {
    const [after, before] = panels(diffFlamegraph({ before: [BASE], after: [CHANGED] }, OPTIONS));
    assert.ok(after.includes('<title>newcomer ') && !before.includes('<title>newcomer '));
    assert.ok(before.includes('<title>encodeRecord ') && !after.includes('<title>encodeRecord '));
  });

  it('is its own inverse: turned round, the pictures change places', () => {
    const turned = compareGraphs({ before: [CHANGED], after: [BASE] });
    const straight = compareGraphs({ before: [BASE], after: [CHANGED] });
    const one = find(buildTree(straight), straight.frames, 'newcomer')!;
    const other = find(buildTree(turned), turned.frames, 'newcomer')!;
    assert.deepEqual([one.total, one.before], [other.before, other.total]);
    assert.ok(one.total > 0 && one.before === 0);
  });

  it('colours what grew red and what shrank blue, and leaves chance grey', () => {
    const svg = diffFlamegraph({ before: [BASE], after: [CHANGED] }, OPTIONS);
    const fillOf = (name: string): string =>
      new RegExp(`<title>${name} [^<]*</title><rect[^>]*fill="([^"]*)"`).exec(svg)![1]!;
    const [red, , blue] = [1, 3, 5].map((at) => Number.parseInt(fillOf('newcomer').slice(at, at + 2), 16));
    assert.ok(red! > blue!);
    const shrunk = fillOf('encodeRecord');
    assert.ok(Number.parseInt(shrunk.slice(1, 3), 16) < Number.parseInt(shrunk.slice(5), 16));
    assert.equal(fillOf('step'), '#dfe2e6');
  });

  it('does not take a handful of samples for a change', () => {
    const coarse = (capture: CpuCapture): CpuCapture => ({ ...capture, intervalUs: 500_000 });
    const svg = diffFlamegraph({ before: [coarse(BASE)], after: [coarse(CHANGED)] }, OPTIONS);
    const fills = new Set([...svg.matchAll(/<\/title><rect[^>]*fill="([^"]*)"/g)].map((match) => match[1]));
    assert.deepEqual([...fills], ['#dfe2e6']);
  });

  it('gives the same bytes for the same captures, in whatever order their stacks stand', () => {
    const turned = (capture: CpuCapture): CpuCapture => ({
      ...capture,
      stacks: [...capture.stacks].reverse(),
    });
    const svg = diffFlamegraph({ before: [BASE], after: [CHANGED] }, OPTIONS);
    assert.equal(diffFlamegraph({ before: [turned(BASE)], after: [turned(CHANGED)] }, OPTIONS), svg);
    assert.equal(xmlProblem(svg), null);
  });

  it('is well-formed without a sample, for any name, for bytes and for 20,000 stacks', () => {
    const empty = { ...BASE, stacks: [] };
    const pairs = [
      { before: [empty], after: [empty] },
      { before: [BASE], after: [empty] },
      ...HOSTILE_NAMES.map((name) => ({ before: [BASE], after: [named(name)] })),
      { before: [madeUpHeap(1)], after: [madeUpHeap(2)] },
      { before: [manyStacks(20_000)], after: [manyStacks(20_000, 2)] },
    ];
    for (const sides of pairs) {
      const svg = diffFlamegraph(sides, OPTIONS);
      assert.equal(xmlProblem(svg), null);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity|<script/);
    }
  });
});

describe('layers of two sets of captures', () => {
  const sides = (count: number, network: number) => {
    const random = seededRandom(count);
    const many = (factor: number): CpuCapture[] =>
      Array.from({ length: count }, () => withShares(random, factor));
    return { before: many(1), after: many(network) };
  };

  it('finds the layer that grew and those that lost share to it', () => {
    const { rows } = layerChanges(sides(7, 1.6));
    const network = rows.find(({ layer }) => layer === 'network')!;
    assert.equal(network.verdict, 'grew');
    assert.ok(network.shift.interval!.low > 0.05 && network.p <= 0.05);
    assert.equal(rows.find(({ layer }) => layer === 'consensus')!.verdict, 'shrank');
  });

  it('finds nothing between equals', () => {
    const { rows } = layerChanges(sides(8, 1));
    assert.deepEqual(new Set(rows.map(({ verdict }) => verdict)), new Set(['~']));
  });

  it('says how many captures it would take where there are too few', () => {
    const one = layerChanges({ before: [BASE], after: [CHANGED] });
    assert.deepEqual(
      new Set(one.rows.map(({ verdict, because }) => `${verdict} ${because}`)),
      new Set(['~ too few captures']),
    );
    assert.match(
      one.note,
      /1 against 1 capture cannot tell .* smallest p of the first layer is 1\.00 .*Holm over 8 layers\); 6 captures on each side could/,
    );
    const five = layerChanges(sides(5, 3));
    assert.match(five.note, /5 against 5 captures cannot tell .* is 0\.063 .*; 6 captures/);
    assert.equal(layerChanges(sides(6, 3)).rows[0]!.verdict, 'grew');
  });

  it('has nothing to say of a side without work', () => {
    const { rows, note } = layerChanges({ before: [{ ...BASE, stacks: [] }], after: [BASE] });
    assert.deepEqual(rows, []);
    assert.match(note, /a side has no sample of work/);
  });
});

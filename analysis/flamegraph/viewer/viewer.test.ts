import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { graphOf } from '../graph.js';
import { stackModel } from '../stack-model.js';
import { HOSTILE_NAMES, madeUpPerf, manyStacks } from '../testing/captures.js';
import type { Graph } from './graph.js';
import { actionOf } from './keys.js';
import { boxAt, boxOf, layOut, stepFrom } from './layout.js';
import { layerKeys } from './legend.js';
import { mix } from './look.js';
import { packGraphs, unpackGraphs } from './packed.js';
import { levelAt, ROW_PX, topOf } from './paint.js';
import { findFrames, weightOf } from './search.js';
import { hashToState, startState, stateToHash, type ViewState } from './state.js';
import { buildTree, nodeAt, pathTo, type TreeNode, WHOLE } from './tree.js';

const GRAPH = graphOf(stackModel(madeUpCpu(1, 'leader')));
const NONE = new Set<string>();

const idOf = (graph: Graph, name: string): number => graph.frames.findIndex((frame) => frame.name === name);
const nameOf = (graph: Graph, node: TreeNode): string => graph.frames[node.frame]?.name ?? 'all';
const all = (root: TreeNode): TreeNode[] => {
  const found = [root];
  for (let at = 0; at < found.length; at += 1) found.push(...found[at]!.children);
  return found;
};
const layoutOf = (root: TreeNode, zoom = root, minShare = 0) =>
  layOut({ side: 'after', zoom, minShare, levelsMax: 1_000 });

describe('tree', () => {
  it('keeps every microsecond of the layers shown, and a caller weighs its callees and itself', () => {
    for (const hidden of [NONE, new Set(['idle']), new Set(['network', 'gc'])]) {
      const root = buildTree(GRAPH, { ...WHOLE, hidden });
      const kept = GRAPH.stacks
        .filter(({ layer }) => !hidden.has(layer))
        .reduce((sum, { weight }) => sum + weight, 0);
      assert.equal(root.total, kept);
      for (const node of all(root))
        assert.equal(
          node.total,
          node.children.reduce((sum, child) => sum + child.total, node.self),
        );
    }
  });

  it('gives frames without a layer to their caller, and those without a caller to the samples', () => {
    const parser = buildTree(GRAPH).children.find((child) => nameOf(GRAPH, child) === 'onParserExecute')!;
    assert.equal(parser.layer, 'network');
    const handler = parser.children[0]!;
    assert.equal(handler.children.find((child) => nameOf(GRAPH, child) === 'writeBuffer')!.layer, 'network');
  });

  it('draws a frame of no layer once, in the layer that most of its samples belong to', () => {
    const frames = [
      { name: 'turn', file: 'node:timers', line: 0, layer: 'unattributed', kind: 'js' as const },
    ];
    const stack = (layer: string, weight: number) => ({ frames: [0], layer, weight, before: 0 });
    const graph = { ...GRAPH, frames, stacks: [stack('log', 1), stack('state', 5), stack('log', 3)] };
    assert.deepEqual(
      buildTree(graph).children.map(({ layer, total }) => [layer, total]),
      [['state', 9]],
    );
  });

  it('turned round begins with what ran, and weighs the same', () => {
    const up = buildTree(GRAPH, { ...WHOLE, direction: 'up' });
    assert.equal(up.total, buildTree(GRAPH).total);
    assert.equal(up.children.find((child) => nameOf(GRAPH, child) === 'step')!.total, 240_000);
  });

  it('gives callers and callees of one function, a recursive one counted once', () => {
    const focus = idOf(GRAPH, 'step');
    const callers = buildTree(GRAPH, { ...WHOLE, direction: 'up', focus });
    assert.equal(callers.total, 240_000);
    assert.deepEqual(
      callers.children.map((child) => nameOf(GRAPH, child)),
      ['step'],
    );
    assert.deepEqual(
      callers.children[0]!.children.map((child) => nameOf(GRAPH, child)),
      ['drain'],
    );
    const callees = buildTree(GRAPH, { ...WHOLE, focus: idOf(GRAPH, 'append') });
    assert.deepEqual(
      callees.children[0]!.children.map((child) => nameOf(GRAPH, child)),
      ['encodeRecord', 'fdatasync'],
    );
  });

  it('finds a place again by its path, and the last that is there by a wrong one', () => {
    const root = buildTree(GRAPH);
    for (const node of all(root)) {
      const path = pathTo(node)
        .slice(1)
        .map(({ frame }) => frame);
      assert.equal(nodeAt(root, path), node);
      assert.equal(nodeAt(root, [...path, 12_345]), node);
    }
  });

  it('takes a stack of 100,000 frames', () => {
    const frames = Array.from({ length: 100_000 }, (_, index) => index % 3);
    const root = buildTree({ ...GRAPH, stacks: [{ frames, layer: 'log', weight: 1, before: 0 }] });
    const layout = layOut({ side: 'after', zoom: root, minShare: 0, levelsMax: 50 });
    assert.deepEqual([layout.levels.length, layout.deep], [50, 100_001 - 50]);
  });
});

describe('layout', () => {
  const big = graphOf(stackModel(manyStacks(3_000)));

  it('puts callees within their caller, side by side', () => {
    const { levels } = layoutOf(buildTree(big));
    levels.forEach((boxes, level) => {
      let end = 0;
      for (const box of boxes) {
        assert.ok(box.x >= end - 1e-9 && box.x + box.width <= 1 + 1e-9);
        end = box.x + box.width;
        const caller = levels[level - 1]?.find(({ node }) => node === box.node.parent);
        assert.ok(
          level === 0 ||
            (caller !== undefined && box.x >= caller.x - 1e-9 && end <= caller.x + caller.width + 1e-9),
        );
      }
    });
  });

  it('counts every frame that it does not draw', () => {
    const root = buildTree(big);
    const count = all(root).length;
    for (const minShare of [0, 0.001, 0.02, 2]) {
      for (const levelsMax of [1, 5, 1_000]) {
        const { levels, narrow, deep } = layOut({ side: 'after', zoom: root, minShare, levelsMax });
        assert.equal(levels.flat().length + narrow + deep, count);
      }
    }
  });

  it('fills the width with what is zoomed, its callers above', () => {
    const root = buildTree(GRAPH);
    const zoom = root.children.find((child) => nameOf(GRAPH, child) === 'drain')!.children[0]!;
    const { levels } = layoutOf(root, zoom);
    assert.deepEqual(
      levels.slice(0, 3).map((boxes) => boxes.map(({ width }) => width)),
      [[1], [1], [1]],
    );
    assert.equal(levels[2]![0]!.node, zoom);
  });

  it('finds the box under a point, and none beside it', () => {
    const layout = layoutOf(buildTree(big));
    for (const box of layout.levels.flat())
      assert.equal(boxAt(layout, box.level, box.x + box.width / 2), box);
    assert.equal(boxAt(layout, 0, 1.01), null);
    assert.equal(boxAt(layout, 999, 0.5), null);
    assert.equal(boxAt(layout, -1, 0.5), null);
  });

  it('walks by steps that never leave the picture', () => {
    const root = buildTree(GRAPH);
    const layout = layoutOf(root);
    const start = boxOf(layout, root)!;
    assert.equal(stepFrom(layout, start, 'caller'), start);
    const widest = stepFrom(layout, start, 'callee');
    assert.equal(nameOf(GRAPH, widest.node), 'drain');
    assert.equal(stepFrom(layout, widest, 'caller'), start);
    let box = widest;
    for (let step = 0; step < 20; step += 1) box = stepFrom(layout, box, 'previous');
    assert.equal(box, layout.levels[1]![0]);
    assert.equal(stepFrom(layout, stepFrom(layout, box, 'next'), 'previous'), box);
  });

  it('knows the row under the pointer whichever way the picture stands', () => {
    for (const shape of ['icicle', 'flame'] as const)
      for (let level = 0; level < 9; level += 1)
        assert.equal(levelAt(topOf(level, 9, shape) + ROW_PX / 2, 9, shape), level);
    assert.equal(topOf(0, 9, 'flame'), 8 * ROW_PX);
  });
});

describe('search', () => {
  it('finds by name and file whatever the case, and counts a stack once', () => {
    const root = buildTree(GRAPH);
    assert.deepEqual([...findFrames(GRAPH, ' WAL-writer ')], [idOf(GRAPH, 'append')]);
    assert.equal(findFrames(GRAPH, '  ').size, 0);
    assert.equal(weightOf(root, findFrames(GRAPH, 'step'), 'after'), 240_000);
    assert.equal(weightOf(root, findFrames(GRAPH, 'server/'), 'after'), 990_000);
  });
});

describe('links', () => {
  const layer = fc.constantFrom('network', 'log', 'idle', 'gc');
  const anyState: fc.Arbitrary<ViewState> = fc.record({
    graph: fc.constantFrom('one', 'two'),
    zoom: fc.array(fc.nat(999_999)),
    find: fc.string({ unit: 'grapheme' }),
    hidden: fc.uniqueArray(layer),
    shape: fc.constantFrom('icicle', 'flame'),
    direction: fc.constantFrom('down', 'up'),
    focus: fc.option(fc.nat(999_999)),
    side: fc.constantFrom('after', 'before'),
    colour: fc.constantFrom('layer', 'change'),
  });

  it('keep a view', () => {
    fc.assert(
      fc.property(anyState, (state) =>
        assert.deepEqual(hashToState(`#${stateToHash(state)}`, ['one', 'two']), { ...state }),
      ),
    );
    assert.equal(stateToHash(startState('one')), 'graph=one');
  });

  it('never fail, whatever they say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (words, value) => {
        assert.equal(hashToState(`#${words}&zoom=${value}&find=${value}`, ['one']).graph, 'one');
        stateToHash({ ...startState('one'), find: words });
      }),
    );
  });
});

describe('graphs on their way into the page', () => {
  it('arrive as they left, hostile names and 20,000 stacks too', () => {
    const hostile = {
      ...GRAPH,
      frames: HOSTILE_NAMES.map((name) => ({ ...GRAPH.frames[0]!, name, file: name })),
      stacks: [],
    };
    const graphs = [
      GRAPH,
      graphOf(stackModel(madeUpPerf(1))),
      hostile,
      graphOf(stackModel(manyStacks(20_000))),
    ];
    const named = graphs.map((graph, index) => ({ id: `g${index}`, title: 't', note: 'n', graph }));
    const arrived = unpackGraphs(JSON.parse(JSON.stringify(packGraphs(named))));
    for (const [index, { graph }] of arrived.entries()) {
      assert.deepEqual(graph.frames, graphs[index]!.frames);
      assert.equal(graph.stacks.length, graphs[index]!.stacks.length);
      for (const [at, stack] of graph.stacks.entries()) {
        const sent = graphs[index]!.stacks[at]!;
        assert.deepEqual({ ...stack, weight: 0 }, { ...sent, weight: 0 });
        assert.ok(Math.abs(stack.weight / sent.weight - 1) < 1e-8);
      }
    }
  });
});

describe('keys and colours', () => {
  it('move away from the root in the direction that the picture has', () => {
    assert.deepEqual(actionOf('ArrowDown', 'icicle'), { do: 'step', step: 'callee' });
    assert.deepEqual(actionOf('ArrowDown', 'flame'), { do: 'step', step: 'caller' });
    assert.equal(actionOf('F5', 'flame'), null);
  });

  it('show layers in the order of every chart, each with what pressing it would hide', () => {
    const keys = layerKeys(GRAPH, { hidden: ['idle'], side: 'after', whole: 1_090_000 });
    assert.deepEqual(
      keys.map(({ layer }) => layer),
      ['network', 'consensus', 'log', 'io', 'state', 'runtime', 'gc', 'idle', 'unattributed'],
    );
    assert.deepEqual(keys.map(({ next }) => next.join()).slice(-2), ['', 'idle,unattributed']);
    assert.ok(Math.abs(keys.reduce((sum, { share }) => sum + (share ?? 0), 0) - 1) < 1e-9);
  });

  it('mix', () => {
    assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
    assert.equal(mix('#123456', '#ffffff', 0), '#123456');
  });
});

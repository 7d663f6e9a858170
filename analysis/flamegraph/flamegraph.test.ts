import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CpuCapture } from '../../results/schema/index.js';
import { layerColour } from '../charts/colours.js';
import { madeUpCpu } from '../testing/made-up-parts.js';
import { xmlProblem } from '../testing/xml.js';
import { flamegraph } from './flamegraph.js';
import { buildFrameTree, childrenInOrder, type FrameNode, foldedStacks } from './frame-tree.js';

const CAPTURE = madeUpCpu(1, 'leader');

describe('frame tree', () => {
  it('keeps every microsecond on the CPU, and a parent at least as wide as its children', () => {
    const { root, idleUs } = buildFrameTree(CAPTURE);
    assert.equal(root.us + idleUs, CAPTURE.sampledUs);
    assert.equal(idleUs, CAPTURE.layers.idle);
    const check = (node: FrameNode): void => {
      const below = childrenInOrder(node).reduce((total, child) => total + child.us, 0);
      assert.ok(below <= node.us, node.name);
      childrenInOrder(node).forEach(check);
    };
    check(root);
  });

  it('gives frames without a layer to their caller, and those without a caller to the sample', () => {
    const { root } = buildFrameTree(CAPTURE);
    const parser = childrenInOrder(root).find((child) => child.name === 'onParserExecute')!;
    assert.equal(parser.layer, 'network');
    const handler = childrenInOrder(parser)[0]!;
    assert.equal(childrenInOrder(handler).find((child) => child.name === 'writeBuffer')!.layer, 'network');
  });

  it('folds to lines that other tools read', () => {
    const lines = foldedStacks(CAPTURE).trimEnd().split('\n');
    assert.equal(
      lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0),
      CAPTURE.sampledUs,
    );
    for (const line of lines) assert.match(line, /^\w+(;[^;]*)+ \d+$/);
  });
});

describe('flamegraph', () => {
  const svg = flamegraph(CAPTURE, { title: 'made up' });

  it('is well-formed, has a legend with shares, and a hover text for every frame', () => {
    assert.equal(xmlProblem(svg), null);
    assert.match(svg, /network 35\.8 %/);
    const frames = svg.match(/<g><title>/g)!.length;
    assert.equal(svg.match(/<rect [^>]*height="16"/g)!.length, frames);
  });

  it('colours by layer', () => {
    const apply = /<g><title>apply \([^<]*<\/title><rect [^>]*fill="([^"]*)"/.exec(svg)!;
    assert.equal(apply[1], layerColour('state'));
  });

  it('leaves frames out that are narrower than asked', () => {
    const coarse = flamegraph(CAPTURE, { title: 'made up', minShare: 0.1 });
    assert.ok(coarse.includes('drain') && !coarse.includes('fdatasync'));
  });

  it('does not depend on the order of the samples', () => {
    const reversed = { ...CAPTURE, stacks: [...CAPTURE.stacks].reverse() };
    assert.equal(flamegraph(reversed, { title: 'made up' }), svg);
  });

  it('is well-formed for a profile without a sample, and for any name of a function', () => {
    const empty: CpuCapture = { ...CAPTURE, stacks: [], sampledUs: 0 };
    assert.equal(xmlProblem(flamegraph(empty, { title: 'empty' })), null);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, file) => {
        // A function may well be called so; the test looks for numbers that were none.
        fc.pre(!/NaN|undefined/.test(name + file));
        const frames = CAPTURE.frames.map((frame) => ({ ...frame, name, file }));
        const drawn = flamegraph({ ...CAPTURE, frames }, { title: name });
        assert.equal(xmlProblem(drawn), null);
        assert.doesNotMatch(drawn, /NaN|undefined/);
      }),
      { numRuns: 60 },
    );
  });

  it('draws a very deep stack without running out of its own', () => {
    const frames = Array.from({ length: 3000 }, (_, index) => index % CAPTURE.frames.length);
    const deep: CpuCapture = { ...CAPTURE, stacks: [{ frames, us: 100, layer: 'consensus' }] };
    assert.equal(xmlProblem(flamegraph(deep, { title: 'deep' })), null);
  });
});

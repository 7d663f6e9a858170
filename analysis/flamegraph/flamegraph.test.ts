import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CpuCapture } from '../../results/schema/index.js';
import { layerColour } from '../charts/colours.js';
import { madeUpCpu } from '../testing/made-up-parts.js';
import { xmlProblem } from '../testing/xml.js';
import { flamegraph } from './flamegraph.js';
import { fitted } from './svg-frames.js';
import { HOSTILE_NAMES, madeUpHeap, madeUpPerf, manyStacks, named } from './testing/captures.js';

const CAPTURE = madeUpCpu(1, 'leader');

describe('flamegraph', () => {
  const svg = flamegraph(CAPTURE, { title: 'made up' });

  it('is well-formed, has a legend with shares, and a hover text for every frame', () => {
    assert.equal(xmlProblem(svg), null);
    assert.match(svg, /network 35\.8 %/);
    const frames = svg.match(/<g><title>/g)!.length;
    assert.equal(svg.match(/<rect [^>]*height="16" rx="1"/g)!.length, frames);
  });

  it('colours by layer', () => {
    const apply = /<g><title>apply \([^<]*<\/title><rect [^>]*fill="([^"]*)"/.exec(svg)!;
    assert.equal(apply[1], layerColour('state'));
  });

  it('says of every frame its total, share and self time with units', () => {
    assert.match(
      svg,
      /<title>apply \(server\/state\/state-machine\.js\), state: total 110 ms, 10\.1 %, self 60\.0 ms<\/title>/,
    );
  });

  it('leaves frames out that are narrower than asked, and says how many', () => {
    assert.match(svg, /all frames are drawn/);
    const coarse = flamegraph(CAPTURE, { title: 'made up', minShare: 0.1 });
    assert.ok(coarse.includes('drain') && !coarse.includes('fdatasync'));
    const drawn = (text: string): number => text.match(/<g><title>/g)!.length;
    const said = /not drawn: (\d+) frames narrower than 10\.0 %/.exec(coarse)!;
    assert.equal(Number(said[1]), drawn(svg) - drawn(coarse));
  });

  it('does not depend on the order of the samples', () => {
    const reversed = { ...CAPTURE, stacks: [...CAPTURE.stacks].reverse() };
    assert.equal(flamegraph(reversed, { title: 'made up' }), svg);
  });

  it('draws a very deep stack without running out of its own, and says what it cut', () => {
    const frames = Array.from({ length: 3000 }, (_, index) => index % CAPTURE.frames.length);
    const deep: CpuCapture = { ...CAPTURE, stacks: [{ frames, us: 100, layer: 'consensus' }] };
    const drawn = flamegraph(deep, { title: 'deep' });
    assert.equal(xmlProblem(drawn), null);
    // Every 15th of the 3000 frames is the root's and is not drawn twice; one row is the root's own.
    assert.match(drawn, /not drawn: 2,737 frames deeper than 64 levels/);
  });

  it('is well-formed for no sample and for one', () => {
    for (const stacks of [[], CAPTURE.stacks.slice(2, 3)]) {
      const few = flamegraph({ ...CAPTURE, stacks }, { title: 'few' });
      assert.equal(xmlProblem(few), null);
      assert.doesNotMatch(few, /NaN|undefined|Infinity/);
    }
  });

  it('is well-formed for any name of a function', () => {
    for (const name of HOSTILE_NAMES) {
      const drawn = flamegraph(named(name), { title: name });
      assert.equal(xmlProblem(drawn), null);
      assert.doesNotMatch(drawn, /<script/);
      assert.ok(drawn.length < 60_000, 'a long name is written once a frame, and cut');
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        // A function may well be called so; the test looks for numbers that were none.
        fc.pre(!/NaN|undefined/.test(name));
        const drawn = flamegraph(named(name), { title: name });
        assert.equal(xmlProblem(drawn), null);
        assert.doesNotMatch(drawn, /NaN|undefined/);
      }),
      { numRuns: 60 },
    );
  });

  it('shows a frame that the capture does not have as lost, with its weight', () => {
    const stacks = [{ frames: [0, 99_999], us: 100, layer: 'log' as const }];
    assert.match(
      flamegraph({ ...CAPTURE, stacks }, { title: 'lost' }),
      /<title>\(lost frame\), log \(unknown\): total 100 µs/,
    );
  });

  it('refuses a weight that is none', () => {
    const stacks = [{ frames: [1], us: -5, layer: 'log' as const }];
    assert.throws(
      () => flamegraph({ ...CAPTURE, stacks }, { title: '' }),
      /stack 0 of node 1 \(cpu-profile\) weighs -5/,
    );
  });

  it('holds 20,000 stacks in a picture of bounded size', () => {
    const drawn = flamegraph(manyStacks(20_000), { title: 'many' });
    assert.equal(xmlProblem(drawn), null);
    assert.ok(drawn.length < 3e6, `${drawn.length} bytes`);
    assert.match(drawn, /not drawn: [\d,]+ frames narrower than 0\.10 %/);
  });
});

describe('flamegraph of perf and of the heap', () => {
  it('has kinds of threads as the first level, and tells kernel, native and JavaScript apart', () => {
    const svg = flamegraph(madeUpPerf(1), { title: 'perf' });
    assert.equal(xmlProblem(svg), null);
    for (const thread of ['main thread', 'thread pool', 'V8 platform threads'])
      assert.match(svg, new RegExp(`<title>${thread}: total`));
    for (const kind of ['JavaScript', 'V8 built-in', 'native', 'kernel'])
      assert.ok(svg.includes(`>${kind}</text>`), kind);
    assert.match(
      svg,
      /<title>do_fsync, io \(kernel\)[^<]*<\/title><rect [^>]*fill="#f0866b"\/><rect [^>]*fill="url\(#kernel\)"/,
    );
    assert.match(svg, /by cpu-clock:u, 1,160 samples, 2 lost/);
  });

  it('gives bytes their unit', () => {
    const svg = flamegraph(madeUpHeap(1), { title: 'heap' });
    assert.match(svg, /7\.28 MiB allocated, sampled every 32\.0 KiB; width = share of bytes/);
    assert.doesNotMatch(svg, / [mµ]?s[ ,<]/);
  });
});

describe('a name in a box', () => {
  it('is never wider than its box, and is left out where three characters do not fit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.double({ min: 0, max: 400, noNaN: true }),
        (name, width) => {
          const text = fitted(name, width);
          const columns = [...text].reduce((sum, one) => sum + (one.codePointAt(0)! > 0x10ff ? 2 : 1), 0);
          // The ellipsis is as wide as a letter in a font of fixed width.
          assert.ok((columns - (text.endsWith('…') ? 1 : 0)) * 6.82 <= width + 1e-9 || text === '');
        },
      ),
    );
    assert.equal(fitted('processTicksAndRejections', 50), 'proces…');
    assert.equal(fitted('processTicksAndRejections', 20), '');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Capture } from '../../results/schema/index.js';
import { madeUpCapturedRun, withCaptures } from '../testing/made-up-captured-run.js';
import { xmlProblem } from '../testing/xml.js';
import { renderReport } from './render-report.js';

const CAPTURES = madeUpCapturedRun().points.flatMap((point) =>
  point.passes.flatMap((pass) => pass.captures.filter((capture) => capture.role === 'leader')),
);

const STRANGE = ['a|b', '`x`\n| y |', '</svg>&"', '', '__proto__', '\u202e\u0000'];

/** The same document with about one leaf in eight replaced; the seed decides. */
function disturb(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) {
    if (next() % 23 === 0) return [];
    // A few thousand calls say no more here than a few dozen.
    return value.slice(0, 40).map((item) => disturb(item, next));
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, disturb(item, next)]));
  }
  const hit = next() % 8 === 0;
  if (!hit) return value;
  if (typeof value === 'number') return [0, 1, 1e15, 9e300, 0.5, -1][next() % 6];
  if (typeof value === 'string') return STRANGE[next() % STRANGE.length];
  return next() % 3 === 0 ? null : value;
}

/** Puts back what the schema refuses, so that the rest of the disturbance stays. */
function repair(strange: unknown, original: Capture): Capture {
  for (let round = 0; round < 20; round += 1) {
    const parsed = Capture.safeParse(strange);
    if (parsed.success) return parsed.data;
    for (const { path } of parsed.error.issues) restore(strange, original, path);
  }
  return original;
}

function restore(strange: unknown, original: unknown, path: readonly PropertyKey[]): void {
  let [to, from] = [strange, original] as [Record<PropertyKey, unknown>, Record<PropertyKey, unknown>];
  for (const key of path.slice(0, -1)) {
    to = to[key] as typeof to;
    from = from[key] as typeof from;
  }
  const last = path.at(-1);
  if (last !== undefined) to[last] = from[last];
}

describe('a capture that the schema takes', () => {
  for (const capture of CAPTURES) {
    it(`has a report, however strange its numbers and names: ${capture.schema} by ${capture.probe}`, () => {
      let changed = 0;
      fc.assert(
        fc.property(fc.array(fc.nat(), { minLength: 64, maxLength: 64 }), (seeds) => {
          let at = 0;
          const next = () => seeds[at++ % seeds.length]! + at;
          const strange = repair({ ...(disturb(capture, next) as object), role: 'leader' }, capture);
          if (JSON.stringify(strange) !== JSON.stringify(capture)) changed += 1;
          for (const [path, text] of renderReport(withCaptures(strange))) {
            assert.doesNotMatch(text, /\[object|\bundefined\b/, path);
            if (path.endsWith('.svg')) assert.equal(xmlProblem(text), null, path);
          }
        }),
        { numRuns: 15, seed: 7 },
      );
      assert.ok(changed > 5, `only ${changed} of the documents were strange`);
    });
  }
});

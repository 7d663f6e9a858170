import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { madeUpArm } from '../../analysis/compare/testing/made-up-repeat.js';
import { normalDraws, seededRandom } from '../../analysis/statistics/seeded-random.js';
import { saveBaseline } from '../lib/compared-runs.js';

const COMMITS = { base: 'a'.repeat(40), new: 'b'.repeat(40) };

export interface WrittenArms {
  readonly folder: string;
  readonly base: string;
  readonly next: string;
}

/** Folders of made-up runs, gone after the test: two arms of eight, the second slower by the share. */
export function writeArms(t: TestContext, slower: number): WrittenArms {
  const folder = mkdtempSync(join(tmpdir(), 'strata-compare-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const draw = normalDraws(seededRandom(3));
  const arm = (name: 'base' | 'new', level: number): string => {
    const runs = madeUpArm(name, 8, () => level * (1 + 0.01 * draw()), { commit: COMMITS[name] });
    saveBaseline(join(folder, name), runs);
    return join(folder, name);
  };
  return { folder, base: arm('base', 1), next: arm('new', 1 - slower) };
}

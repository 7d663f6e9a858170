import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HUNT_SEEDS_MAX } from '../../server/sim/mutations/hunt.js';
import { SIM_MUTATIONS } from '../../server/sim/mutations/index.js';
import { mutationName } from './mutation-table.js';
import { normalized, writtenPart } from './reference-docs.js';

test('the table of mutations lists exactly those of the code, each found by a check that may find it', () => {
  const written = writtenPart({ path: 'server/sim/README.md', name: 'mutations', render: () => '' });
  assert.ok(written !== null, 'the README of the simulator has no table of mutations');
  const rows = normalized(written).filter((line) => /^\| \d/.test(line));
  assert.equal(rows.length, SIM_MUTATIONS.length);
  for (const [at, mutation] of SIM_MUTATIONS.entries()) {
    const row = rows[at]!;
    const name = normalized(mutationName(mutation))[0]!;
    assert.ok(row.startsWith(name), `${row} where ${name} was expected`);
    const [check, seeds, tick] = row
      .slice(name.length)
      .split('|')
      .map((cell) => cell.trim());
    assert.ok(mutation.foundBy.includes(check!), `${mutation.name} is found by ${check}`);
    assert.ok(Number(seeds) >= 1 && Number(seeds) <= HUNT_SEEDS_MAX, `seeds: ${seeds}`);
    assert.ok(Number(tick) >= 1, `tick: ${tick}`);
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { Run } from '../../results/schema/index.js';
import { factsOf, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { textOf } from '../testing/readable.js';
import { fsyncAgain, sweepAgain, wholeRunAgain } from './run-again.js';

const runWith = (change: Partial<Run>): RunData => {
  const made = madeUpRun();
  return { ...made, run: { ...made.run, seed: 1, mode: 'standard', ...change } };
};

const { cluster, load } = madeUpRun().run;

describe('the command that makes a level again', () => {
  it('is short for a run by default', () => {
    const facts = factsOf(runWith({}));
    assert.equal(sweepAgain(facts, [10, 100], 'none'), 'strata sweep --levels 10,100 --probes none');
    assert.equal(
      fsyncAgain(facts, ['A', 'G'], [100]),
      'strata fsync --strategies A,G --levels 100 --power-cut',
    );
  });

  it('has whatever makes the run another one: cluster, load, seed and times', () => {
    const unusual = runWith({
      command:
        'strata sweep --fsync A --primitive fsync --nodes 5 --reads 0.9 --quick --duration=4s --warmup 1s --workers 2 --via all',
      mode: 'quick',
      seed: 7,
      cluster: { ...cluster, nodes: 5, primitive: 'fsync' },
      load: { reads: 0.9, keys: 500, distribution: 'zipf:0.99', valueBytes: 4096 },
    });
    const facts = factsOf(
      mapPoints(unusual, (point) => ({ ...point, ref: { ...point.ref, strategy: 'A' }, powerCut: null })),
    );
    const shared =
      '--reads 0.9 --keys 500 --dist zipf:0.99 --value-bytes 4096 --seed 7 --quick --duration 4s --warmup 1s --workers 2';
    assert.equal(
      sweepAgain(facts, [100], 'strace'),
      `strata sweep --levels 100 --probes strace --fsync A --primitive fsync --nodes 5 --via all ${shared}`,
    );
    assert.equal(
      fsyncAgain(facts, ['A'], [100]),
      `strata fsync --strategies A --levels 100 --primitive fsync --nodes 5 ${shared}`,
    );
  });

  it("leads to the same running cluster, whose configuration is the cluster's own", () => {
    const external = { ...cluster, nodes: 5, primitive: 'dsync' as const, external: true };
    const at = (command: string): string =>
      sweepAgain(factsOf(runWith({ command, cluster: external })), [100], 'none');
    assert.equal(
      at('strata sweep --target http://127.0.0.1:7001,http://127.0.0.1:7002 --reads 0.5'),
      'strata sweep --levels 100 --probes none --target http://127.0.0.1:7001,http://127.0.0.1:7002',
    );
    assert.match(at('made by hand'), /--target <base URLs of all nodes>$/);
  });

  it('of the whole run is its own, and writes to another directory', () => {
    const again = (command: string): string => wholeRunAgain(factsOf(runWith({ command })));
    assert.equal(again('strata sweep --quick --with-fsync'), 'strata sweep --quick --with-fsync');
    assert.equal(again('strata sweep --out results/mine --nodes 5'), 'strata sweep --nodes 5');
    assert.equal(again('strata sweep --nodes 5 --out=/tmp/a'), 'strata sweep --nodes 5');
    assert.equal(again("strata sweep --out '/tmp/it'\\''s mine' --nodes 5"), 'strata sweep --nodes 5');
  });

  it('is what advice and the table of commands print', () => {
    const report = textOf(
      runWith({ cluster: { ...cluster, nodes: 5 }, load: { ...load, reads: 0.9 }, mode: 'full' }),
    );
    const commands = [...report.matchAll(/`(strata (?:sweep|fsync) --(?:levels|strategies) [^`]*)`/g)].map(
      (match) => match[1]!,
    );
    assert.ok(commands.length > 8, `only ${commands.length} commands were found`);
    for (const command of commands.filter((each) => each !== madeUpRun().run.command))
      assert.match(command, / --nodes 5 --reads 0\.9 --full/);
  });
});

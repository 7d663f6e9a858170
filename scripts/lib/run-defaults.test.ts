import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import { fsyncAgain, optionName, RUN_DEFAULTS, sweepAgain } from '../../analysis/report/run-again.js';
import { factsOf } from '../../analysis/testing/change-run.js';
import { madeUpRun } from '../../analysis/testing/made-up-run.js';
import { fsyncCommand } from '../commands/fsync.js';
import { sweepCommand } from '../commands/sweep.js';

/** What the command would be asked for, without doing it. */
function parse(command: Command, line: string): Record<string, unknown> {
  command.exitOverride().action(() => {});
  command.parse(line.split(' ').slice(2), { from: 'user' });
  return command.opts();
}

describe('the commands that a report gives', () => {
  it('leave out what the commands do by themselves', () => {
    for (const [name, value] of Object.entries(RUN_DEFAULTS)) {
      const commands = name === 'fsync' ? [sweepCommand()] : [sweepCommand(), fsyncCommand()];
      for (const command of commands) {
        const option = command.options.find(({ long }) => long === `--${optionName(name)}`);
        assert.ok(option !== undefined, `strata ${command.name()} has no option for ${name}`);
        assert.equal(option.defaultValue, value, `strata ${command.name()} ${option.flags}`);
      }
    }
  });

  it('are understood by the commands, with every option that the run had', () => {
    const made = madeUpRun();
    const facts = factsOf({
      ...made,
      run: {
        ...made.run,
        command: 'strata sweep --via all --duration 5s --warmup 2s --workers 2 --cuts 4',
        mode: 'full',
        cluster: { ...made.run.cluster, nodes: 5, primitive: 'fsync' },
        load: { reads: 0.9, keys: 500, distribution: 'zipf:0.99', valueBytes: 4096 },
      },
    });
    const shared = {
      levels: [100],
      nodes: 5,
      primitive: 'fsync',
      reads: 0.9,
      keys: 500,
      dist: 'zipf:0.99',
      valueBytes: 4096,
      seed: 7,
      full: true,
      duration: 5,
      warmup: 2,
      workers: 2,
    };
    const sweep = parse(sweepCommand(), sweepAgain(facts, [100], 'strace'));
    const fsync = parse(fsyncCommand(), fsyncAgain(facts, ['A', 'G'], [100]));
    assert.deepEqual(pick(sweep, shared), shared);
    assert.deepEqual(pick(fsync, shared), shared);
    assert.deepEqual([sweep.fsync, sweep.via, sweep.probes], ['G', 'all', 'strace']);
    assert.deepEqual([fsync.strategies, fsync.powerCut, fsync.cuts], [['A', 'G'], true, 4]);
  });

  it('lead to a running cluster again', () => {
    const made = madeUpRun();
    const urls = ['http://127.0.0.1:7001', 'http://127.0.0.1:7002'];
    const external = factsOf({
      ...made,
      run: {
        ...made.run,
        command: `strata sweep --target ${urls.join(',')}`,
        cluster: { ...made.run.cluster, external: true },
      },
    });
    assert.deepEqual(parse(sweepCommand(), sweepAgain(external, [100], 'none')).target, urls);
  });
});

function pick(all: Record<string, unknown>, like: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, all[name]]));
}

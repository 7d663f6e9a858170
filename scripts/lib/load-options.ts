import type { Command } from 'commander';
import { KEYS_MAX } from '../../loadgen/check-options.js';
import { LOAD_DEFAULTS } from './load-settings.js';
import { parseDistribution, parseInteger } from './parse.js';

/** What every command that makes load lets its user say of keys, values and threads. */
export function addLoadShape(command: Command): Command {
  return command
    .option('--keys <n>', 'number of keys', parseInteger(1, KEYS_MAX), LOAD_DEFAULTS.keys)
    .option(
      '--dist <name>',
      'uniform, zipf:0.99, hotspot or sequential',
      parseDistribution,
      LOAD_DEFAULTS.distribution,
    )
    .option('--value-bytes <n>', 'size of a value', parseInteger(0, 1_048_576), LOAD_DEFAULTS.valueBytes)
    .option('--workers <n>', 'threads of the generator', parseInteger(1, 64), LOAD_DEFAULTS.workers);
}

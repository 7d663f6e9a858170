import { parseDistribution } from './key-chooser.js';
import { LoadError } from './load-error.js';
import type { LoadOptions } from './options.js';
import { LEDGER_VALUE_BYTES_MIN } from './values.js';

/** Above this the product of a rank and the scatter step would leave the exact integers. */
export const KEYS_MAX = 50_000_000;
const CLIENTS_MAX = 50_000;
const WORKERS_MAX = 256;
const VALUE_BYTES_MAX = 16_777_216;
const RATE_MAX = 10_000_000;
const HISTORY_KEYS_MAX = 1_000;
/** Some 200 bytes each on disk, and more in a checker's memory. */
const HISTORY_OPERATIONS_MAX = 1_000_000;

/** Throws a `LoadError` that names the first option which cannot be carried out, its value and its rule. */
export function checkOptions(options: LoadOptions): void {
  if (options.targets.length === 0) fail('targets', 'empty', 'must name at least one base URL');
  for (const target of options.targets) checkTarget(target);
  checkInteger('clients', options.clients, 1, CLIENTS_MAX);
  if (options.rate !== null && !(options.rate > 0 && options.rate <= RATE_MAX)) {
    fail('rate', options.rate, `must be above 0 and up to ${RATE_MAX} a second`);
  }
  if (!(options.durationSeconds > 0 && options.durationSeconds <= 86_400)) {
    fail('durationSeconds', options.durationSeconds, 'must be above 0 and up to a day');
  }
  if (!(options.warmupSeconds >= 0 && options.warmupSeconds <= 86_400)) {
    fail('warmupSeconds', options.warmupSeconds, 'must be 0 up to a day');
  }
  if (!(options.reads >= 0 && options.reads <= 1)) fail('reads', options.reads, 'must be 0 to 1');
  checkInteger('keys', options.keys, 1, KEYS_MAX);
  parseDistribution(options.distribution);
  checkInteger('valueBytes', options.valueBytes, 0, VALUE_BYTES_MAX);
  checkInteger('workers', options.workers, 1, WORKERS_MAX);
  checkInteger('seed', options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('requestTimeoutMs', options.requestTimeoutMs, 1, 3_600_000);
  checkInteger('traceEvery', options.traceEvery, 0, Number.MAX_SAFE_INTEGER);
  if (options.ledger) checkLedger(options);
  if (options.history != null) {
    checkInteger('history.keys', options.history.keys, 1, HISTORY_KEYS_MAX);
    checkInteger('history.operationsMax', options.history.operationsMax, 1, HISTORY_OPERATIONS_MAX);
  }
}

function checkLedger(options: LoadOptions): void {
  if (options.keys < options.clients) {
    fail('keys', options.keys, `must be at least the number of clients (${options.clients}) with a ledger`);
  }
  if (options.valueBytes < LEDGER_VALUE_BYTES_MIN) {
    fail('valueBytes', options.valueBytes, `must be at least ${LEDGER_VALUE_BYTES_MIN} with a ledger`);
  }
}

function checkTarget(target: string): void {
  const url = URL.canParse(target) ? new URL(target) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    fail('targets', target, 'must be http:// or https:// URLs');
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    fail('targets', target, 'must have no path: keys live under /kv/ at its root');
  }
}

function checkInteger(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    fail(name, value, `must be a whole number from ${min} to ${max}`);
  }
}

function fail(name: string, value: unknown, rule: string): never {
  throw new LoadError('STRATA_LOAD_OPTIONS', `Load option ${name} is ${JSON.stringify(value)}; it ${rule}.`);
}

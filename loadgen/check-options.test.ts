import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOptions } from './check-options.js';
import { defaultLoadOptions } from './default-options.js';
import { LoadError } from './load-error.js';
import type { LoadOptions } from './options.js';

const good: LoadOptions = {
  ...defaultLoadOptions,
  targets: ['http://127.0.0.1:7001', 'http://localhost:7002/'],
};

test('the defaults with a target are in order', () => {
  checkOptions(good);
  checkOptions({ ...good, rate: 0.5, ledger: true, clients: 1, keys: 1, valueBytes: 20 });
});

test('what cannot be carried out is refused, naming the option', () => {
  const bad: [Partial<LoadOptions>, string][] = [
    [{ targets: [] }, 'targets'],
    [{ targets: ['127.0.0.1:7001'] }, 'targets'],
    [{ targets: ['ftp://127.0.0.1'] }, 'targets'],
    [{ targets: ['http://127.0.0.1/kv'] }, 'targets'],
    [{ clients: 0 }, 'clients'],
    [{ clients: 1.5 }, 'clients'],
    [{ clients: Number.NaN }, 'clients'],
    [{ rate: 0 }, 'rate'],
    [{ rate: Number.POSITIVE_INFINITY }, 'rate'],
    [{ durationSeconds: 0 }, 'durationSeconds'],
    [{ durationSeconds: Number.NaN }, 'durationSeconds'],
    [{ warmupSeconds: -1 }, 'warmupSeconds'],
    [{ reads: 1.1 }, 'reads'],
    [{ keys: 0 }, 'keys'],
    [{ keys: 50_000_001 }, 'keys'],
    [{ distribution: 'normal' }, 'distribution'],
    [{ valueBytes: -1 }, 'valueBytes'],
    [{ workers: 0 }, 'workers'],
    [{ seed: 0.5 }, 'seed'],
    [{ requestTimeoutMs: 0 }, 'requestTimeoutMs'],
    [{ traceEvery: -1 }, 'traceEvery'],
    [{ ledger: true, keys: 99, clients: 100 }, 'keys'],
    [{ ledger: true, valueBytes: 19 }, 'valueBytes'],
  ];
  for (const [change, name] of bad) {
    assert.throws(
      () => checkOptions({ ...good, ...change }),
      (error) =>
        error instanceof LoadError && error.code === 'STRATA_LOAD_OPTIONS' && error.message.includes(name),
      JSON.stringify(change),
    );
  }
});

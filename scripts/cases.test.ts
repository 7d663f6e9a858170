import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from './lib/project-root.js';

/**
 * The faults and bad inputs that a replicated store must survive, numbered as in the collection they come from (etcd's and TigerBeetle's test
 * suites, Jepsen's reports, the papers on storage faults). A test that covers one has its number in its name, `A2.N`.
 */
const CASES: Readonly<Record<number, string>> = {
  1: 'election storm',
  2: 'leader isolated',
  3: 'asymmetric partition',
  4: 'partial connectivity',
  5: 'rejoining node at an inflated term',
  6: 'loss, duplicates, reordering, delay',
  7: 'quorum lost, then back',
  8: 'leader transfer, restart of all nodes at once',
  9: 'leader paused and continued',
  10: 'follower paused',
  11: 'wall clock jumps',
  12: 'slow tick, stalled event loop',
  13: 'second membership change while one is pending',
  14: 'leader removed',
  15: 'data directory wiped under the same id',
  16: 'wrong cluster, wrong node, two nodes under one id',
  17: 'unauthenticated peer',
  18: 'second process on one data directory',
  19: 'newer format or protocol version',
  20: 'log cut at every offset',
  21: 'every bit flipped',
  22: 'bit flip in the middle of the log',
  23: 'last record damaged and not torn',
  24: 'impossible lengths, types, indexes, terms',
  25: 'log, hard state and snapshot that do not fit together',
  26: 'kill -9 between any two steps',
  27: 'power cut',
  28: 'EIO on fsync',
  29: 'ENOSPC on append',
  30: 'disk full during a snapshot',
  31: 'snapshot damaged',
  32: 'crash while receiving a snapshot',
  33: 'slow disk',
  34: 'order of persistence',
  35: 'body above the limit',
  36: 'slow clients, idle sockets, many connections',
  37: 'malformed peer frames',
  38: 'strange keys and values',
  39: 'invalid UTF-8',
  40: 'JSON bombs',
  41: 'duplicate client request',
  42: 'request to a follower',
  43: 'stale reads',
  44: 'overload',
  45: 'client leaves in the middle of a request',
  46: 'SIGTERM',
  47: 'stderr blocked or closed',
  48: 'bad configuration',
};

describe('every case of the list of faults has a test', () => {
  const names = testNames();
  for (const [number, title] of Object.entries(CASES)) {
    it(`A2.${number} ${title}`, () => {
      const found = names.filter((name) => new RegExp(`\\bA2\\.${number}(?!\\d)`).test(name));
      assert.ok(found.length > 0, `no test is named after case A2.${number}, ${title}`);
    });
  }
});

/** Names of tests and suites in the sources; this file's own do not count. */
function testNames(): string[] {
  const root = projectRoot();
  const files = ['server', 'scripts', 'loadgen'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(root, folder, path),
    ),
  );
  return files
    .filter((path) => path.endsWith('.test.ts') && !path.endsWith('scripts/cases.test.ts'))
    .flatMap((path) => [
      ...readFileSync(path, 'utf8').matchAll(/\b(?:test|it|describe)(?:\.\w+)?\(\s*(['"`])(.+?)\1/gs),
    ])
    .map((match) => match[2]!);
}

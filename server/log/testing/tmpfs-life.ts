/**
 * A node's storage on a small file system that fills up: `tmpfs-life.js DIRECTORY`. Tells by messages on stdout, one JSON
 * line each, what happened; the test says what should have.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFileSystem } from '../../io/node-file-system.js';
import { TestClock } from '../../io/testing/test-clock.js';
import { TestMetrics } from '../../io/testing/test-metrics.js';
import { entries, entry, openTestLog, plain, settle, takeSnapshot } from './log-fixtures.js';
import { content } from './snapshot-fixtures.js';

const directory = process.argv[2]!;
const ballast = join(directory, 'ballast');
const options = { directory: join(directory, 'data'), segmentBytes: 65_536 };
const ENTRY_BYTES = 1000;
/** Appends that come while the disk is full; far less than the ballast. */
const WAITING = 50;

function tell(what: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function disk(): NodeFileSystem {
  return new NodeFileSystem({ clock: new TestClock(), metrics: new TestMetrics() });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle(1);
}

writeFileSync(ballast, Buffer.alloc(300_000));
const { log, clock, snapshots, failures } = await openTestLog(disk(), options);
let acknowledged = 0;
let appended = 0;
const appendNext = (): void =>
  log.append({
    entries: [entry(++appended, 1, ENTRY_BYTES)],
    hardState: null,
    snapshot: null,
    mustSync: false,
    onDurable: () => acknowledged++,
  });
// One after the other: what gathers behind a slow disk might be more than the freed room can ever take.
while (!log.health.isFull) {
  appendNext();
  await until(() => acknowledged === appended || log.health.isFull);
}
const whenFull = acknowledged;
for (let more = 0; more < WAITING; more++) appendNext();
for (let round = 0; round < 3; round++) {
  clock.fireIntervals();
  await settle(20);
}
tell({ whenFull, appended, acknowledged, failures: failures.length, isFull: log.health.isFull });

try {
  await takeSnapshot(snapshots, 1, 1, [content(500_000, 1), content(500_000, 2)]);
} catch (error) {
  const { code } = error as { code?: string };
  tell({ code, left: (await disk().list(join(options.directory, 'snapshots'))).length });
}

rmSync(ballast);
await until(() => {
  clock.fireIntervals();
  return acknowledged === appended;
});
tell({ acknowledged: acknowledged === appended, isFull: log.health.isFull, failures: failures.length });
await log.close();

const { log: reopened } = await openTestLog(disk(), options);
const isWhole =
  JSON.stringify(plain(reopened.recovered.entries)) ===
  JSON.stringify(plain(entries(1, appended, 1, ENTRY_BYTES)));
tell({ isWhole });
await reopened.close();

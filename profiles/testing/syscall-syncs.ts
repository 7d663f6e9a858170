/** Milliseconds for which `saturated` fills the pool and `blocked` the loop. */
export const HELD_MS = 120;
/** What `slow` has to write. */
export const SLOW_BYTES = 128 * 1024 * 1024;

/**
 * A process that keeps an account of its syncs and serves it at `/debug/syncs`, as a node does. On SIGUSR2 it does what its argument says, then writes
 * `done`. Its first line is its base URL.
 *
 * - `plain`: 25 fdatasyncs of a WAL segment in the pool, one after the other, and 10 fsyncs of a snapshot on the main thread.
 * - `unaccounted`: the same, but only those of the segment are in the account.
 * - `saturated`: 6 times all four threads of the pool compute for HELD_MS, with one fdatasync behind them: it waits in the queue.
 * - `blocked`: 6 times the loop computes for HELD_MS right after it has submitted an fdatasync: nobody takes its end.
 * - `slow`: 6 times an fdatasync has SLOW_BYTES to write, among 20 that have 100 bytes.
 * - `dsync`: 12 writes to a segment that is open with O_DSYNC, and 3 to a file that is not.
 */
export const SYNCS_PROCESS: Readonly<Record<string, string>> = {
  'syncs.mjs': `
    import { pbkdf2, pbkdf2Sync } from 'node:crypto';
    import fs from 'node:fs';
    import http from 'node:http';
    const HELD_MS = ${HELD_MS};
    const mode = process.argv[2];
    fs.mkdirSync('data/wal', { recursive: true });
    fs.mkdirSync('data/snapshots', { recursive: true });
    const segment = await fs.promises.open('data/wal/0000000001-0000000000000001.wal', 'w');
    const snapshot = fs.openSync('data/snapshots/5-1.snap', 'w');
    const account = [];
    const now = () => Number(process.hrtime.bigint());
    const note = (submittedNs, call, bytes) =>
      account.push({ sequence: account.length + 1, submittedNs, doneNs: now(), call, cause: 'entries', entries: 3, bytes });
    async function sync(bytes = 100) {
      await segment.write(Buffer.alloc(bytes, 1), 0, bytes, 0);
      const submittedNs = now();
      await segment.datasync();
      note(submittedNs, 'fdatasync', bytes);
    }
    const spin = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };
    // How much work is HELD_MS at the very least: the quickest of several tries, since others may slow each of them down.
    const tries = [1, 2, 3, 4, 5].map(() => {
      const begun = performance.now();
      pbkdf2Sync('a', 'b', 4_000, 32, 'sha512');
      return performance.now() - begun;
    });
    const rounds = Math.ceil((4_000 * HELD_MS) / Math.min(...tries));
    const compute = () => new Promise((resolve) => pbkdf2('a', 'b', rounds, 32, 'sha512', resolve));
    const plain = async (accounted) => {
      for (let i = 0; i < 25; i++) await sync();
      for (let i = 0; i < 10; i++) {
        fs.writeSync(snapshot, 's');
        const submittedNs = now();
        fs.fsyncSync(snapshot);
        if (accounted) note(submittedNs, 'fsync', 1);
      }
    };
    const work = {
      plain: () => plain(true),
      unaccounted: () => plain(false),
      saturated: async () => {
        for (let i = 0; i < 6; i++) {
          await segment.write(Buffer.alloc(100, i), 0, 100, 0);
          const busy = [compute(), compute(), compute(), compute()];
          const submittedNs = now();
          await segment.datasync();
          note(submittedNs, 'fdatasync', 100);
          await Promise.all(busy);
        }
      },
      blocked: async () => {
        for (let i = 0; i < 6; i++) {
          await segment.write(Buffer.alloc(100, i), 0, 100, 0);
          const submittedNs = now();
          const synced = segment.datasync();
          spin(HELD_MS);
          await synced;
          note(submittedNs, 'fdatasync', 100);
        }
      },
      slow: async () => {
        for (let i = 0; i < 6; i++) await sync(${SLOW_BYTES});
        for (let i = 0; i < 20; i++) await sync();
      },
      dsync: async () => {
        for (let i = 0; i < 12; i++) {
          const submittedNs = now();
          await dsync.write(Buffer.alloc(100, i), 0, 100, 0);
          note(submittedNs, 'write', 100);
        }
        for (let i = 0; i < 3; i++) await segment.write(Buffer.alloc(100, i), 0, 100, 0);
      },
    }[mode];
    const dsync = mode === 'dsync'
      ? await fs.promises.open('data/wal/0000000002-0000000000000009.wal', fs.constants.O_CREAT | fs.constants.O_WRONLY | fs.constants.O_DSYNC)
      : null;
    process.once('SIGUSR2', async () => {
      await work();
      fs.writeFileSync('done', '');
    });
    const server = http.createServer((request, response) => {
      const url = new URL(request.url, 'http://x');
      if (url.pathname !== '/debug/syncs') { response.statusCode = 404; return response.end(); }
      const since = Number(url.searchParams.get('since'));
      const syncs = account.filter(({ sequence }) => sequence > since);
      response.end(JSON.stringify({ schema: 'strata.syncs/1', node: 1, next: account.length, dropped: 0, syncs }));
    });
    server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
  `,
};

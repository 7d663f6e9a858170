import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStraceTable } from './strace-table.js';

/** Recorded from strace 6.1 with all columns; the errors column is blank where there were none. */
const RECORDED = `strace: Process 5369 attached with 11 threads
syscall              calls    errors     seconds  usecs/call shortest  longest
---------------- --------- --------- ----------- ----------- -------- --------
futex                  953        24    5.942444        6235 0.000006 0.683732
epoll_pwait            737              0.756056        1025 0.000008 0.005252
fdatasync              378              0.099969         264 0.000069 0.000839
statx                  189       189    0.003406          18 0.000012 0.000083
getpid                   1              0.000027          26 0.000027 0.000027
---------------- --------- --------- ----------- ----------- -------- --------
total                 2258       213    6.801902        3012 0.000006 0.683732
strace: Process 5369 detached
`;

/** The default columns of strace, as in versions that cannot choose them. */
const DEFAULT_COLUMNS = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 98.02    0.000297           2       128           read
  1.98    0.000006           0         7         7 openat
------ ----------- ----------- --------- --------- ----------------
100.00    0.000303           2       135         7 total
`;

describe('parseStraceTable', () => {
  it('reads every column, blank errors as none, by time', () => {
    const rows = parseStraceTable(RECORDED);
    assert.deepEqual(
      rows.map((row) => row.syscall),
      ['futex', 'epoll_pwait', 'fdatasync', 'statx', 'getpid'],
    );
    assert.deepEqual(rows[2], {
      syscall: 'fdatasync',
      calls: 378,
      errors: 0,
      seconds: 0.099969,
      usecsPerCall: 264.468,
      minUs: 69,
      maxUs: 839,
    });
    assert.equal(rows[3]!.errors, 189);
  });
  it('reads the default columns, without the shortest and the longest call', () => {
    const rows = parseStraceTable(DEFAULT_COLUMNS);
    assert.deepEqual(
      rows.map(({ syscall, calls, errors, minUs, maxUs }) => ({ syscall, calls, errors, minUs, maxUs })),
      [
        { syscall: 'read', calls: 128, errors: 0, minUs: null, maxUs: null },
        { syscall: 'openat', calls: 7, errors: 7, minUs: null, maxUs: null },
      ],
    );
  });
  it('adds up the tables of two instruction sets', () => {
    const rows = parseStraceTable(`System call usage summary for 64 bit mode:\n${RECORDED}${RECORDED}`);
    const fdatasync = rows.find((row) => row.syscall === 'fdatasync')!;
    assert.equal(fdatasync.calls, 756);
    assert.equal(fdatasync.minUs, 69);
    assert.equal(rows.length, 5);
  });
  it('reads nothing from nothing', () => assert.deepEqual(parseStraceTable(''), []));
  it('refuses a table that does not add up', () => {
    assert.throws(() => parseStraceTable(RECORDED.replace(' 378 ', ' 377 ')), /total row says 2258 .* 2257/);
  });
  it('refuses a table that was cut off, or holds something else', () => {
    assert.throws(() => parseStraceTable(RECORDED.slice(0, 400)), /without its total row|cells under/);
    assert.throws(
      () => parseStraceTable(RECORDED.replace('0.099969', 'nothing.')),
      /seconds .* is no number/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StraceLog, type TracedCall } from './strace-log.js';

function read(text: string): { calls: TracedCall[]; log: StraceLog } {
  const calls: TracedCall[] = [];
  const log = new StraceLog((call) => calls.push(call));
  for (const line of text.split('\n')) log.line(line);
  log.end();
  return { calls, log };
}
const brief = (calls: readonly TracedCall[]) =>
  calls.map(({ tid, name, durationUs, result }) => `${tid} ${name} ${durationUs} ${result}`);

describe('StraceLog', () => {
  it('reads a whole call', () => {
    const { calls } = read('29275 1795432956.198340 fdatasync(18</tmp/data/d2>) = 0 <0.000336>');
    assert.deepEqual(calls, [
      {
        tid: 29275,
        name: 'fdatasync',
        args: '18</tmp/data/d2>',
        startUs: 1_795_432_956_198_340,
        durationUs: 336,
        result: '0',
        failed: false,
      },
    ]);
  });
  it('joins the halves of a call per thread, in the order of their ends', () => {
    const { calls } = read(`10 5.000001 futex(0x56, FUTEX_WAKE_PRIVATE, 1 <unfinished ...>
11 5.000002 read(22<socket:[34]>,  <unfinished ...>
11 5.000003 <... read resumed>""..., 65536) = 77 <0.000050>
10 5.000004 <... futex resumed>) = 1 <0.000066>`);
    assert.deepEqual(brief(calls), ['11 read 50 77', '10 futex 66 1']);
    assert.equal(calls[0]!.args, '22<socket:[34]>, ""..., 65536');
    assert.equal(calls[1]!.startUs, 5_000_001);
  });
  it('tells failures, restarts and results with a path', () => {
    const { calls } =
      read(`7 5.000000 statx(AT_FDCWD</srv>, "nix", 0) = -1 ENOENT (No such file or directory) <0.000009>
7 5.000001 restart_syscall(<... resuming interrupted read ...>) = -1 ETIMEDOUT (Connection timed out) <0.004430>
7 5.000002 nanosleep(0x7ffe) = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.100000>
7 5.000003 openat(AT_FDCWD</srv>, "/srv/a) = 3", O_RDONLY) = 21</srv/a) \\75 3> <0.000003>`);
    assert.deepEqual(
      calls.map(({ result, failed }) => [result, failed]),
      [
        ['-1 ENOENT', true],
        ['-1 ETIMEDOUT', true],
        ['? ERESTARTSYS', true],
        ['21</srv/a) \\75 3>', false],
      ],
    );
    assert.equal(calls[1]!.args, '<... resuming interrupted read ...>');
  });
  it('skips signals and exits, and gives what was under way at the end', () => {
    const { calls, log } = read(`7 5.000000 --- SIGCHLD {si_signo=SIGCHLD, si_status=0} ---
8 5.000001 futex(0x5, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
9 5.000002 exit(0) = ?
9 5.000003 +++ exited with 0 +++
7 5.000004 epoll_pwait(14<anon_inode:[eventpoll]>, 0x7f, 1024, 5, NULL, 8 <detached ...>`);
    assert.deepEqual(brief(calls), ['8 futex null ', '7 epoll_pwait null ']);
    assert.equal(calls[1]!.args, '14<anon_inode:[eventpoll]>, 0x7f, 1024, 5, NULL, 8');
    assert.deepEqual(log.gaps, { unreadable: 0, orphans: 0 });
  });
  it('forgets the call of a thread that was killed in it', () => {
    const { calls } = read(`8 5.000001 read(0<pipe:[1]>,  <unfinished ...>
8 5.000002 <... read resumed> <unfinished ...>) = ?
8 5.000003 +++ killed by SIGKILL +++`);
    assert.deepEqual(calls, []);
  });
  it('counts ends without a begin, and a torn last line, and goes on', () => {
    const { calls, log } = read(`8 5.000001 <... read resumed>) = 5 <0.000001>
8 5.000002 write(1<pipe:[1]>, ""..., 3) = 3 <0.000001>
8 5.000003 write(1<pipe:[1]>, ""..., 3) = 3 <0.0`);
    assert.deepEqual(brief(calls), ['8 write 1 3']);
    assert.deepEqual(log.gaps, { unreadable: 1, orphans: 1 });
  });
  it('reads nothing from nothing, and from what is no log', () => {
    assert.deepEqual(read('').log.gaps, { unreadable: 0, orphans: 0 });
    assert.deepEqual(read('\0\xff\nhello').log.gaps, { unreadable: 2, orphans: 0 });
  });
});

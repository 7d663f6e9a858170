import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifyThreads, moreDefinite, type ThreadSight } from './proc-threads.js';

/** Recorded from Node 20 on x64: epoll, a heap condition of four waiters, one semaphore, a static condition of four. */
const RECORDED: readonly ThreadSight[] = [
  [100, 'running'],
  [102, '281 0x9 0x7f77d1c19cf0 0x400'],
  [103, '202 0x237e1634 0x189 0x0'],
  [104, '202 0x237e1630 0x189 0x0'],
  [105, '202 0x237e1630 0x189 0x0'],
  [106, '202 0x237e1634 0x189 0x0'],
  [107, '202 0x5660460 0x189 0x0'],
  [108, '202 0x566f9cc 0x189 0x0'],
  [109, '202 0x566f9cc 0x189 0x0'],
  [110, '202 0x566f9c8 0x189 0x0'],
  [111, '202 0x566f9c8 0x189 0x0'],
].map(([tid, syscall]) => ({ tid: tid as number, comm: 'node', syscall: syscall as string }));
const inHeap = (address: bigint): boolean => address >= 0x23000000n && address < 0x24000000n;

function kinds(threads: readonly ThreadSight[], heap: typeof inHeap | null = inHeap): string {
  return [...classifyThreads(100, threads, heap, 'x64').values()].join(' ');
}
function replace(tid: number, syscall: string | null): ThreadSight[] {
  return RECORDED.map((thread) => (thread.tid === tid ? { ...thread, syscall } : thread));
}

describe('classifyThreads', () => {
  it('tells the threads of Node 20 by where they sleep', () => {
    assert.equal(
      kinds(RECORDED),
      'main platform platform platform platform platform other pool pool pool pool',
    );
  });
  it('takes a thread in a call of the file system for one of the pool, and so the fellow it left alone', () => {
    const busy = RECORDED.map((thread) => (thread.tid > 108 ? { ...thread, syscall: '75 0x13' } : thread));
    assert.equal(kinds(busy), 'main platform platform platform platform platform other pool pool pool pool');
  });
  it('does not guess what it cannot see', () => {
    assert.match(kinds(replace(108, 'running')), /other worker pool pool pool$/);
    assert.match(kinds(replace(103, null)), /^main platform worker/);
    const hidden = RECORDED.map((thread) => ({ ...thread, syscall: null }));
    assert.match(kinds(hidden), /^main( worker){10}$/);
    assert.match(kinds(RECORDED, null), /^main platform( worker){9}$/);
    const foreign = classifyThreads(100, RECORDED, inHeap, 'riscv64');
    assert.deepEqual([...new Set(foreign.values())], ['main', 'worker']);
  });
  it('believes names where threads have them', () => {
    const named = ['node', 'V8Worker', 'DelayedTaskSche', 'SignalInspector', 'libuv-worker'];
    const threads = named.map((comm, at) => ({ tid: 100 + at, comm, syscall: null }));
    assert.equal(kinds(threads), 'main platform platform other pool');
  });
  it('keeps the more definite of two sights', () => {
    assert.equal(moreDefinite('worker', 'pool'), 'pool');
    assert.equal(moreDefinite('platform', 'worker'), 'platform');
    assert.equal(moreDefinite('other', 'pool'), 'pool');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventLoopCapture } from '../../results/schema/index.js';
import { observe } from '../testing/inspector-capture.js';
import { delayOf, eventLoopProbe } from './event-loop.js';

interface Block {
  readonly atNs: number;
  readonly ms: number;
}

const BLOCKS = 6;
/** Half a period of the timer, and what it takes to call it. */
const SHORTER_MS_MAX = 6;
/** What else the loop did in the same turn, and what the machine took away from it, is in the stall too. */
const LONGER_MS_MAX = 40;

const inWorkload = ({ where }: EventLoopCapture['stalls'][number]): boolean =>
  where?.includes('/server/log/') ?? false;

describe('the event-loop probe on a running process', { concurrency: false }, () => {
  it('finds each block of 80 ms, how long it was, when, and the function', () =>
    observe<typeof EventLoopCapture, Block[]>(
      { probe: eventLoopProbe, schema: EventLoopCapture, mode: 'stall' },
      ({ document, result: blocks }) => {
        assert.equal(blocks.length, BLOCKS);
        const named = document.stalls.filter(({ where }) => where?.startsWith('holdLoop (') ?? false);
        assert.equal(named.length, BLOCKS, JSON.stringify(document.stalls));
        for (const block of blocks) {
          const middleNs = block.atNs + block.ms * 5e5;
          const stall = named.find(({ atNs, ms }) => atNs < middleNs && middleNs < atNs + ms * 1e6);
          assert.ok(stall !== undefined, `no stall over ${JSON.stringify(block)}: ${JSON.stringify(named)}`);
          assert.ok(
            stall.ms >= block.ms - SHORTER_MS_MAX && stall.ms <= block.ms + LONGER_MS_MAX,
            `${stall.ms} of ${block.ms} ms`,
          );
          assert.match(stall.where!, /^holdLoop \(.*\/server\/log\/stall\.js:\d+\)$/);
        }
        const heldMs = blocks.reduce((sum, { ms }) => sum + ms, 0);
        assert.ok(
          document.utilization > (0.8 * heldMs) / (document.seconds * 1e3),
          `${document.utilization}`,
        );
        // The period of the sampler is taken off, the length of a block is not.
        assert.ok(document.delay.max > 60_000, `${document.delay.max} µs`);
        assert.ok(document.delay.min < 5_000, `${document.delay.min} µs`);
      },
    ));
  it('finds no block in an idle process', () =>
    observe({ probe: eventLoopProbe, schema: EventLoopCapture, mode: 'idle', ms: 1_000 }, ({ document }) => {
      assert.deepEqual(document.stalls.filter(inWorkload), []);
      const stalledMs = document.stalls.reduce((sum, { ms }) => sum + ms, 0);
      // A machine under load may keep the whole process waiting for a CPU.
      assert.ok(stalledMs < 0.3 * document.seconds * 1e3, JSON.stringify(document.stalls));
      assert.ok(document.delay.count > 20 && document.delay.p50! < 10_000, JSON.stringify(document.delay));
      assert.ok(document.utilization < 0.4, `${document.utilization}`);
    }));
});

describe('delayOf', () => {
  const percentilesNs = [50, 90, 95, 99, 99.9, 99.99].map((percent) => [percent, 10.5e6] as const);
  it('takes the period off, never below nothing, and refuses percentiles of a small sample', () => {
    const delay = delayOf({ delayNs: { count: 100, mean: 11e6, min: 9.9e6, max: 25e6 }, percentilesNs });
    assert.deepEqual(delay, {
      count: 100,
      mean: 1_000,
      min: 0,
      p50: 500,
      p90: 500,
      p95: null,
      p99: null,
      p999: null,
      p9999: null,
      max: 15_000,
    });
  });
  it('says nothing of no sample', () => {
    const { mean, p50, max } = delayOf({ delayNs: { count: 0, mean: 0, min: 0, max: 0 }, percentilesNs });
    assert.deepEqual([mean, p50, max], [0, null, 0]);
  });
});

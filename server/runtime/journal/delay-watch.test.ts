import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DelayWatch, LOOP_DELAY_MS_MIN } from './delay-watch.js';
import { EventJournal } from './event-journal.js';

const MS = 1e6;
const TICK_MS = 20;

/** A loop whose ticks, CPU and disk belong to the test. All times in milliseconds. */
function watched({ countsCpu = true } = {}) {
  const journal = new EventJournal(() => 1);
  const health = { isFull: false, busySinceNs: 0, segmentBytes: 0 };
  let cpuMs = 0;
  const watch = new DelayWatch(journal, {
    tickMs: TICK_MS,
    heartbeatMs: 100,
    diskStallMs: 1_000,
    log: { health },
    cpuNs: countsCpu ? () => cpuMs * MS : undefined,
  });
  return {
    health,
    /** A tick at `atMs`, `ms` of CPU after the one before. */
    tick: (atMs: number, ms = 0) => {
      cpuMs += ms;
      watch.onTick(atMs * MS);
    },
    appended: (...[submittedMs, startedMs, writtenMs, syncMs, durableMs]: readonly number[]) =>
      watch.appended({
        submittedNs: submittedMs! * MS,
        writeStartedNs: startedMs! * MS,
        writtenNs: writtenMs! * MS,
        syncSubmittedNs: syncMs! * MS,
        durableNs: durableMs! * MS,
        batchEntries: 1,
      }),
    events: () =>
      journal
        .after(0)
        .events.map(
          ({ kind, atNs, durationNs, detail, cpuNs }) =>
            `${kind} ${detail} ${atNs / MS}+${durationNs / MS} cpu ${cpuNs / MS}`,
        ),
  };
}

describe('delays of the loop', () => {
  it('one at the border is daily life, one above it is told', () => {
    const { tick, events } = watched();
    tick(100);
    tick(100 + TICK_MS + LOOP_DELAY_MS_MIN);
    assert.deepEqual(events(), []);
    tick(145 + TICK_MS + LOOP_DELAY_MS_MIN + 1, 26);
    assert.deepEqual(events(), ['loop-delay busy 165+26 cpu 26']);
  });

  it('the first tick is late for nothing', () => {
    const { tick, events } = watched();
    tick(90_000);
    assert.deepEqual(events(), []);
  });

  it('a loop that was busy has used the CPU, a process that stood still has not', () => {
    const { tick, events } = watched();
    tick(100, 2);
    tick(120, 2);
    tick(220, 82);
    tick(240, 2);
    tick(3_260, 2);
    assert.deepEqual(events(), ['loop-delay busy 140+80 cpu 80', 'loop-delay not running 260+3000 cpu 0']);
  });

  it('what the interval before the delay cost is not taken for CPU within it', () => {
    const { tick, events } = watched();
    // A node under load, 15 ms of 20, then stopped for 60 ms right at the tick's time.
    tick(100, 15);
    tick(120, 15);
    tick(200, 15);
    // And back at work: a delay of 60 ms in which it did run.
    tick(220, 15);
    tick(300, 70);
    assert.deepEqual(events(), ['loop-delay not running 140+60 cpu 0', 'loop-delay busy 240+60 cpu 55']);
  });

  it('half of the delay is busy, less is short of CPU, less than a tenth is not running', () => {
    for (const [cpuMs, detail] of [
      [50, 'busy'],
      [49, 'short of CPU'],
      [10, 'short of CPU'],
      [9, 'not running'],
    ] as const) {
      const { tick, events } = watched();
      tick(100);
      tick(120);
      tick(240, cpuMs);
      assert.deepEqual(events(), [`loop-delay ${detail} 140+100 cpu ${cpuMs}`]);
    }
  });

  it('threads beside the loop do not make more CPU than the delay is long', () => {
    const { tick, events } = watched();
    tick(100, 1);
    tick(120, 1);
    tick(200, 240);
    assert.deepEqual(events(), ['loop-delay busy 140+60 cpu 60']);
  });

  it('without a count of CPU nothing is said of it', () => {
    const { tick, events } = watched({ countsCpu: false });
    tick(100);
    tick(200);
    assert.deepEqual(events(), ['loop-delay not known 120+80 cpu 0']);
  });
});

describe('stalls of the disk', () => {
  it('a write or sync as long as a heartbeat is none, a longer one is, by the name of the call', () => {
    const { appended, events } = watched();
    appended(0, 10, 60, 60, 160);
    assert.deepEqual(events(), []);
    appended(0, 200, 210, 210, 311);
    appended(0, 400, 501, 501, 510);
    assert.deepEqual(events(), ['disk-stall sync 210+101 cpu 0', 'disk-stall write 400+101 cpu 0']);
  });

  it('appends that shared the call are one stall', () => {
    const { appended, events } = watched();
    appended(0, 10, 20, 20, 400);
    appended(5, 10, 20, 20, 400);
    assert.deepEqual(events(), ['disk-stall sync 20+380 cpu 0']);
  });

  it('time waited for the queue is the stall of what was before it', () => {
    const { appended, events } = watched();
    appended(0, 400, 410, 410, 420);
    assert.deepEqual(events(), []);
  });

  it('an answer that waited for a process that stood still says nothing of the disk', () => {
    const { tick, appended, events } = watched();
    tick(100);
    tick(3_120);
    appended(0, 110, 3_121, 3_121, 3_130);
    assert.deepEqual(events(), ['loop-delay not running 120+3000 cpu 0']);
    tick(3_140);
    appended(0, 3_140, 3_150, 3_150, 3_300);
    assert.equal(events().at(-1), 'disk-stall sync 3150+150 cpu 0');
  });

  it('one that does not end is told once while it lasts', () => {
    const { health, tick, events } = watched();
    health.busySinceNs = 110 * MS;
    for (let ms = 100; ms <= 1_100; ms += TICK_MS) tick(ms);
    assert.deepEqual(events(), []);
    for (let ms = 1_120; ms <= 3_000; ms += TICK_MS) tick(ms);
    assert.deepEqual(events(), ['disk-stall under way 110+1010 cpu 0']);
  });

  it('a full disk waits for room and does not stall', () => {
    const { health, tick, events } = watched();
    Object.assign(health, { busySinceNs: 110 * MS, isFull: true });
    for (let ms = 100; ms <= 3_000; ms += TICK_MS) tick(ms);
    assert.deepEqual(events(), []);
  });
});

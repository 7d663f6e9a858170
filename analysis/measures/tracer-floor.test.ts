import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthySyscalls, slowSyncs, tooManySyncs } from '../rules/testing/document-tables.js';
import { syscallTable } from '../rules/testing/evidence-captures.js';
import { floorLine, isMostlyTracer, tracerFloor, undecidedByTracer } from './tracer-floor.js';

/** As strace left it on a busy leader: three calls that do nothing, stopped for longer than those that work. */
const traced = syscallTable([
  ['futex', 520, 13.8],
  ['writev', 4_785, 0.5508],
  ['read', 5_100, 0.288],
  ['fdatasync', 51, 0.0154],
  ['getpid', 3, 0.001],
  ['brk', 3, 0.000_1],
]);

describe('the floor of a tracer', () => {
  it('is the cheapest call that was made often, whatever waits or is rare', () => {
    const floor = tracerFloor(traced)!;
    assert.equal(floor.syscall, 'read');
    assert.ok(Math.abs(floor.us - 56.47) < 0.01);
    assert.equal(floor.calls, 9_942);
    assert.ok(Math.abs(floor.share - 0.6566) < 0.001);
    const often = (calls: number) =>
      tracerFloor(
        syscallTable([
          ['brk', calls, calls * 2e-6],
          ['read', 90, 1],
        ]),
      )!;
    assert.equal(often(49).syscall, 'read');
    assert.equal(often(50).syscall, 'brk');
  });

  it('lets no share decide where it is most of the working time', () => {
    assert.equal(isMostlyTracer(tracerFloor(traced)), true);
    assert.match(undecidedByTracer(traced).undecidedBecause!, /^up to 65\.6 % .*9,942 calls.*56\.5 µs/);
    assert.match(
      floorLine(traced),
      /`read`, takes 56\.5 µs.*65\.6 % of the working time: .*decide no KPI\.$/,
    );
    const share = (cheap: number) =>
      syscallTable([
        ['read', 100, cheap],
        ['fdatasync', 100, 1 - cheap],
      ]);
    // Of two kinds, called equally often, the cheaper is exactly half at 0.25 of the time.
    assert.equal(isMostlyTracer(tracerFloor(share(0.249))), false);
    assert.equal(isMostlyTracer(tracerFloor(share(0.251))), true);
    assert.deepEqual(undecidedByTracer(share(0.249)), {});
    assert.match(floorLine(share(0.249)), /lean towards what is called often\.$/);
  });

  it('is no cost worth a word where calls are as cheap as without a tracer', () => {
    const cheap = (us: number) => syscallTable([['read', 1_000, us / 1e3]]);
    assert.equal(isMostlyTracer(tracerFloor(cheap(9.9))), false);
    assert.equal(isMostlyTracer(tracerFloor(cheap(10.1))), true);
    assert.equal(isMostlyTracer(tracerFloor(syscallTable([]))), false);
    assert.equal(tracerFloor(syscallTable([['futex', 100, 1]])), null);
    assert.match(floorLine(syscallTable([['read', 3, 1]])), /^No call that works was made often enough/);
  });

  it("leaves the document's own tables to their verdicts", () => {
    for (const table of [healthySyscalls(), tooManySyncs(), slowSyncs()])
      assert.deepEqual(undecidedByTracer(table), {});
  });
});

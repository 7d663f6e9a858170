import { t, translated } from '../language/language.js';
import {
  holdersByBlame,
  holdsWaitedFor,
  type LockView,
  leaderAtomics,
  leaderLocks,
  MEASURED_PASS,
  meanWaitNs,
  waitersByWait,
  waitPerSecondNs,
} from '../measures/locks.js';
import { integer, micros, nanos, percent } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts, PointFacts } from './facts.js';
import { whyNotCaptured } from './observed.js';
import { blocks, notMeasured } from './section.js';

const HOLDERS_MAX = 4;
const CALLERS_MAX = 10;

/** The waits of all others, charged to whoever held the lock meanwhile; then the account of each lock. */
export function holderTable(facts: Facts, middle: PointFacts): string {
  const locks = leaderLocks(middle);
  if (!locks.ok) {
    const because = middle.leader.ok ? whyNotCaptured(facts, 'strata.locks/1') : locks.because;
    return blocks(notMeasured(because), atomicsTable(middle));
  }
  const source = sourceOf(middle, locks.value);
  return blocks(blameTable(locks.value, source), lockTable(locks.value, source), atomicsTable(middle));
}

function sourceOf(middle: PointFacts, locks: readonly LockView[]): string {
  const { id } = middle.point.ref;
  const folders = new Set(
    locks.map(({ from }) => (from === MEASURED_PASS ? `points/${id}/nodes` : `points/${id}/passes/${from}`)),
  );
  return t`${[...folders].map((folder) => `\`${folder}/*.json\``).join(', ')}, locks of the leader`;
}

function blameTable(locks: readonly LockView[], source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Lock`),
      left(t`Layer`),
      left(t`Held by`),
      right(t`holds waited for`),
      right(t`made others wait`),
      right(t`per second`),
      right(t`of the waits of this lock`),
      left(t`Who waited most`),
    ],
    t`${source}; a wait is charged to the holder once for every waiter`,
  );
  for (const { reading, seconds } of locks) {
    const blamed = holdersByBlame(reading).filter((holder) => holder.blameNs > 0);
    const all = blamed.reduce((total, holder) => total + holder.blameNs, 0);
    const first = waitersByWait(reading)[0];
    for (const holder of blamed.slice(0, HOLDERS_MAX)) {
      table.row(
        code(reading.name),
        translated(reading.layer),
        code(holder.who),
        integer(holder.count),
        nanos(holder.blameNs),
        `${nanos(holder.blameNs / seconds)}/s`,
        percent(holder.blameNs / all),
        first === undefined ? t`not known` : `${code(first.who)} (${nanos(first.waitNs)})`,
      );
    }
  }
  return table.isEmpty ? t`No holder of a lock made anybody wait in the window.` : table.toString();
}

function lockTable(locks: readonly LockView[], source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Lock`),
      left(t`Layer`),
      right(t`acquired`),
      right(t`contended`),
      right(t`mean wait`),
      right(t`longest wait`),
      right(t`hold, mean`),
      right(t`longest hold`),
      right(t`hand-off, mean`),
      right(t`waiters at most`),
      right(t`lost by all waiters`),
    ],
    t`${source}; holds and hand-offs are timed only where somebody waited; longest and most are those since the start of the node`,
  );
  for (const view of locks.filter(wasTaken)) {
    const { reading } = view;
    const holds = holdsWaitedFor(reading);
    const per = (ns: number, count: number): string =>
      count === 0 ? table.missing(t`nobody waited for it in the window`) : nanos(ns / count);
    table.row(
      code(reading.name),
      translated(reading.layer),
      integer(reading.acquisitions),
      reading.acquisitions === 0
        ? integer(reading.contended)
        : `${integer(reading.contended)} (${percent(reading.contended / reading.acquisitions)})`,
      table.cell(meanWaitNs(reading), nanos),
      nanos(reading.waitNsMax),
      per(reading.holdNs, holds),
      nanos(reading.holdNsMax),
      per(reading.handOffNs, holds),
      integer(reading.waitersMax),
      `${nanos(waitPerSecondNs(view))}/s`,
    );
  }
  const idle = locks.filter((view) => !wasTaken(view)).map(({ reading }) => code(reading.name));
  return blocks(
    table.isEmpty ? t`No lock of the node was taken in the window.` : table.toString(),
    idle.length === 0 ? null : t`Not taken in the window: ${idle.join(t`, `)}.`,
  );
}

const wasTaken = ({ reading }: LockView): boolean => reading.acquisitions > 0 || reading.contended > 0;

function atomicsTable(middle: PointFacts): string | null {
  const found = leaderAtomics(middle);
  if (!found.ok) return null;
  const { atomics, capture } = found.value;
  if (atomics.waits === 0) return t`\`Atomics.wait\`: no thread of the leader called it.`;
  const table = new MarkdownTable(
    [
      left(t`\`Atomics.wait\` called at`),
      left(t`Layer`),
      right(t`waits`),
      right(t`waited`),
      right(t`of the window`),
    ],
    t`\`points/${middle.point.ref.id}/passes/${capture.probe}/*.json\`, atomics of the leader`,
  );
  for (const caller of atomics.callers.slice(0, CALLERS_MAX)) {
    table.row(
      code(caller.where),
      translated(caller.layer),
      integer(caller.count),
      micros(caller.waitMs * 1e3),
      percent(caller.waitMs / (capture.seconds * 1e3)),
    );
  }
  return table.isEmpty
    ? t`\`Atomics.wait\`: ${integer(atomics.waits)} waits, ${micros(atomics.waitMs * 1e3)} in all, callers not known.`
    : table.toString();
}

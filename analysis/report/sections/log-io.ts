import { barChart } from '../../charts/bars.js';
import { STRATEGY_COLOURS } from '../../charts/colours.js';
import { t } from '../../language/language.js';
import { integer } from '../../tables/format.js';
import type { Facts } from '../facts.js';
import { fsyncLedger, ledgerParagraph, syncCauses } from '../fsync-ledger.js';
import { blocks, figure, notMeasured, type Section } from '../section.js';
import { sketch } from '../sketches.js';
import { compareStrategies } from '../strategies.js';
import { strategyParagraphs, strategyTable } from '../strategy-tables.js';
import { syncClockPart } from '../sync-clock-tables.js';
import { syscallTables } from '../syscall-tables.js';
import { amplificationTable } from '../write-amplification.js';

export const logIoSection: Section = (facts) => {
  const files = new Map<string, string>();
  const compared = facts.strategies.length > 0;
  if (compared) files.set('charts/strategies.svg', strategyChart(facts));
  return {
    files,
    text: blocks(
      t`## 2 Log and I/O`,
      sketch(facts, 'log'),
      t`### 2.1 Durability strategies`,
      t`A: a sync for every entry. B: acknowledged after \`write()\`, a sync in the background. C: no sync, the kernel decides. G: one sync shared by all that wait (group commit).`,
      ...(compared
        ? [
            strategyTable(facts),
            figure('charts/strategies.svg', t`Throughput by strategy and level`),
            strategyParagraphs(facts),
          ]
        : [notMeasured(t`this run compares no strategies; \`strata fsync\` does`)]),
      t`### 2.2 Fsync ledger`,
      fsyncLedger(facts),
      ledgerParagraph(facts),
      syncCauses(facts),
      t`#### One sync in four clocks`,
      syncClockPart(facts, files),
      t`### 2.3 System calls`,
      syscallTables(facts),
      t`### 2.4 Write amplification`,
      amplificationTable(facts),
    ),
  };
};

function strategyChart(facts: Facts): string {
  const groups = compareStrategies(facts).map((row) => ({
    name: t`${row.clients} clients`,
    bars: row.arms.map((arm) => ({
      series: arm.point.ref.strategy,
      colour: STRATEGY_COLOURS[arm.point.ref.strategy],
      value: arm.summary.throughputPerSecond,
    })),
  }));
  return barChart(groups, {
    title: t`Throughput by durability strategy`,
    valueAxis: t`requests per second`,
    groupAxis: t`level`,
    format: integer,
  });
}

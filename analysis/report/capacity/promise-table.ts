import { t, translated } from '../../language/language.js';
import { DOCUMENT_PROMISES, type DocumentPromise } from '../../reference/promises.js';
import { integer, perSecond, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks } from '../section.js';

/** R2: the throughputs that the document's road map and summary promise, beside the level with as many clients. */
export function promiseTable(facts: Facts): string {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const table = new MarkdownTable(
    [
      left(t`The document's totals`),
      right(t`Clients`),
      right(t`Document`),
      left(t`Measured`),
      right(t`Measured / its lower end`),
    ],
    t`${'`points/*/summary.json`'}; its §6 and its summary`,
  );
  for (const promise of DOCUMENT_PROMISES) promiseRow(table, promise, sound);
  return blocks(
    table.toString(),
    t`Today is that of the document's own code; none of it was measured. At mid concurrency its road map and its summary end at different figures.`,
  );
}

function promiseRow(table: MarkdownTable, promise: DocumentPromise, sound: readonly PointFacts[]): void {
  const { what, clients, low, high } = promise;
  const level = sound.find(({ point }) => point.ref.clients === clients);
  const none = t`the run has no sound level with ${integer(clients)} clients`;
  const rate = level?.summary.throughputPerSecond ?? null;
  table.row(
    translated(what),
    integer(clients),
    t`${integer(low)} to ${perSecond(high)}`,
    level === undefined || rate === null ? table.missing(none) : t`${levelName(level)}: ${perSecond(rate)}`,
    table.nullable(rate, (value) => times(value / low), none),
  );
}

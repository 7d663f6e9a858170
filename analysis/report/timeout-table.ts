import { t, translated } from '../language/language.js';
import { DOCUMENT_TIMEOUTS } from '../reference/document.js';
import { integer, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts } from './facts.js';
import { blocks } from './section.js';

interface Range {
  readonly low: number;
  readonly high: number;
}

/** C4: the time-outs of the run beside those that the document recommends; null for a foreign cluster that did not tell its own. */
export function timeoutTable({ data }: Facts): string | null {
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax } = data.run.cluster;
  if (heartbeatMs === 0 || electionTimeoutMsMin === 0) return null;
  const { heartbeat, election, ratio } = DOCUMENT_TIMEOUTS;
  const table = new MarkdownTable(
    [left(t`Time-out`), right(t`Document (C4)`), right(t`Here`), left(t`Fits`)],
    '`run.json`',
  );
  const row = (name: string, theirs: Range, ours: Range, show: (value: number) => string): void => {
    const text = ({ low, high }: Range) => (low === high ? show(low) : t`${show(low)} to ${show(high)}`);
    const fits = theirs.low <= ours.low && ours.high <= theirs.high;
    table.row(translated(name), text(theirs), text(ours), fits ? '✅' : '⚠️');
  };
  const milliseconds = (value: number) => `${integer(value)} ms`;
  const ours = { low: electionTimeoutMsMin, high: electionTimeoutMsMax };
  row('heartbeat', heartbeat, { low: heartbeatMs, high: heartbeatMs }, milliseconds);
  row('election time-out', election, ours, milliseconds);
  row(
    'election time-out / heartbeat',
    ratio,
    { low: ours.low / heartbeatMs, high: ours.high / heartbeatMs },
    (value) => `${significant(value)}x`,
  );
  return blocks(table.toString(), t`What other values cost: ${code('strata lab run C4')}.`);
}

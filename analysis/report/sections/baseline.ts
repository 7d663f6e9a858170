import type { Baseline } from '../../../results/schema/index.js';
import { t, translated } from '../../language/language.js';
import { DOCUMENT_BASELINE } from '../../reference/document.js';
import { bytes, megabytesPerSecond, micros, percent, perSecond } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { blocks, notMeasured, type Section } from '../section.js';

const TOO_FEW = 'the sample is too small for this percentile';

export const baselineSection: Section = (facts) => {
  const { baseline } = facts.data;
  if (baseline === null) {
    return { text: blocks(t`## Machine baseline`, notMeasured(t`\`baseline.json\` does not exist`)) };
  }
  return {
    text: blocks(
      t`## Machine baseline`,
      t`What this machine does with none of our code in the way: the floor under every latency below, and the ceiling over every rate: a figure of the document above the echo of as many clients is not decidable here, and a bound of an advice ends at it.`,
      syncTable(baseline),
      primitiveParagraph(baseline),
      otherTable(baseline),
    ),
  };
};

function syncTable(baseline: Baseline): string {
  const table = new MarkdownTable(
    [
      left(t`Primitive`),
      right(t`Block`),
      right(t`mean`),
      right('p50'),
      right('p99'),
      right(t`max`),
      right(t`synced writes, one at a time`),
    ],
    t`\`baseline.json\`, write + sync of one block appended to a preallocated file in ${code(baseline.directory)}`,
  );
  const rows = [...baseline.sync].sort((one, other) =>
    one.primitive < other.primitive
      ? -1
      : one.primitive > other.primitive
        ? 1
        : one.blockBytes - other.blockBytes,
  );
  for (const row of rows) {
    const { latency } = row;
    table.row(
      row.primitive,
      bytes(row.blockBytes),
      micros(latency.mean),
      table.nullable(latency.p50, micros, translated(TOO_FEW)),
      table.nullable(latency.p99, micros, translated(TOO_FEW)),
      micros(latency.max),
      latency.mean > 0 ? perSecond(1e6 / latency.mean) : table.missing(t`no sync took any time`),
    );
  }
  return table.toString();
}

/** L5: fdatasync against fsync, block by block; null when the baseline has not both. */
function primitiveParagraph(baseline: Baseline): string | null {
  const pairs = baseline.sync
    .filter((row) => row.primitive === 'fdatasync')
    .map((fast) => ({
      fast,
      slow: baseline.sync.find((row) => row.primitive === 'fsync' && row.blockBytes === fast.blockBytes),
    }))
    .filter((pair) => pair.slow !== undefined && pair.slow.latency.mean > 0)
    .map(({ fast, slow }) => {
      const saved = 1 - fast.latency.mean / slow!.latency.mean;
      const size = bytes(fast.blockBytes);
      const by = percent(Math.abs(saved));
      return saved >= 0 ? t`${size}: ${by} less` : t`${size}: ${by} more`;
    });
  if (pairs.length === 0) return null;
  return t`fdatasync against fsync, mean time on a preallocated file (the document expects 20 to 30 % less, L5): ${pairs.join(t`, `)}. One series each, so a difference within a few per cent is noise.`;
}

function otherTable(baseline: Baseline): string {
  const { sequential, loopbackRoundTrip } = baseline;
  const table = new MarkdownTable([left(t`What`), right(t`Ours`), right(t`Document (L8)`)], '`baseline.json`')
    .row(
      t`sequential write, ${bytes(sequential.bytes)}, page cache`,
      megabytesPerSecond(sequential.writeMBps),
      translated(DOCUMENT_BASELINE.sequentialWrite),
    )
    .row(t`sequential write, synced at the end`, megabytesPerSecond(sequential.writeSyncedMBps), t`not given`)
    .row(
      t`sequential read, page cache`,
      megabytesPerSecond(sequential.readMBps),
      translated(DOCUMENT_BASELINE.sequentialRead),
    );
  table.row(
    t`loopback round trip, one byte, two processes`,
    t`${micros(loopbackRoundTrip.mean)} mean, p99 ${table.nullable(loopbackRoundTrip.p99, micros, translated(TOO_FEW))}`,
    t`not given`,
  );
  for (const echo of baseline.httpEcho) {
    table.row(
      t`bare \`node:http\` echo, ${echo.clients} clients`,
      t`${perSecond(echo.throughputPerSecond)}, p50 ${table.nullable(echo.response.p50, micros, translated(TOO_FEW))}`,
      t`not given`,
    );
  }
  return table.toString();
}

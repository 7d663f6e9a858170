import { t } from '../language/language.js';
import { allNodes, deviceBytesPerLogByte, diskOf, flushMeanUs } from '../measures/disk-measures.js';
import { map, quotient } from '../measures/measured.js';
import { bytes, micros, significant, times } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';
import { blocks, notMeasured } from './section.js';

/** From the values of clients to the block device, all nodes together: they share the disk, and only the disk counts what reaches it. */
export function amplificationTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      right(t`Values of clients`),
      right(t`Logs of all nodes`),
      right(t`Log / value`),
      right('write()'),
      right(t`Device`),
      right(t`Device / log`),
      right(t`Device rate`),
      right(t`Writes of the device`),
      right(t`Flushes`),
      right(t`A flush`),
    ],
    t`\`points/*/disk.json\` (the whole machine), \`points/*/nodes/*.json\`, \`log_*\`, \`io_*\`; values = log entries × value size of \`run.json\``,
  );
  for (const point of facts.sweep) {
    const values = map(
      allNodes(point.point, 'log_entries_total'),
      (count) => count * facts.data.run.load.valueBytes,
    );
    const logged = allNodes(point.point, 'log_bytes_total');
    const disk = diskOf(point.point);
    const device = map(disk, (window) => window.bytesWritten);
    table.row(
      levelName(point),
      table.cell(values, bytes),
      table.cell(logged, bytes),
      table.cell(quotient(logged, values, t`no value was written in the window`), times),
      table.cell(allNodes(point.point, 'io_write_bytes_total'), bytes),
      table.cell(device, bytes),
      table.cell(deviceBytesPerLogByte(point.point), times),
      table.cell(disk, ({ bytesWritten, seconds }) => `${significant(bytesWritten / seconds / 1e6)} MB/s`),
      table.cell(disk, ({ writes, seconds }) => `${significant(writes / seconds)}/s`),
      table.cell(disk, ({ flushes, seconds }) =>
        flushes === null ? t`not counted` : `${significant(flushes / seconds)}/s`,
      ),
      table.cell(flushMeanUs(point.point), micros),
    );
  }
  if (table.isEmpty) return notMeasured(t`no level was measured`);
  return blocks(
    table.toString(),
    t`A sync writes whole pages: few bytes a sync mean many bytes on the device for each byte of log. Zero-filling the next segment counts too. The \`write_bytes\` of a process is not used: it counts page-cache folios, which can be a hundred times what is written.`,
  );
}

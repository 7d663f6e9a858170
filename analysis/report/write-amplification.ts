import type { NodeWindow } from '../../results/schema/index.js';
import { fromNullable, type Measured, map, quotient } from '../measures/measured.js';
import { counter } from '../measures/node-measures.js';
import { bytes, significant, times } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, nodesInOrder } from './facts.js';
import { blocks, notMeasured } from './section.js';

/** From the value of a client to the block device. */
export function amplificationTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left('Level'),
      left('Node'),
      right('Values of clients'),
      right('Log'),
      right('Log / value'),
      right('write()'),
      right('Device'),
      right('Device / log'),
      right('Device rate'),
    ],
    '`points/*/nodes/*.json`, `log_*`, `io_*`, `/proc/<pid>/io`; values = log entries × value size of `run.json`',
  );
  for (const point of facts.sweep) {
    for (const node of nodesInOrder(point)) {
      const values = map(
        counter(node, 'log_entries_total'),
        (count) => count * facts.data.run.load.valueBytes,
      );
      const logged = counter(node, 'log_bytes_total');
      const device = deviceBytes(node);
      table.row(
        levelName(point),
        `${node.role} ${node.node}`,
        table.cell(values, bytes),
        table.cell(logged, bytes),
        table.cell(quotient(logged, values, 'no value was written in the window'), times),
        table.cell(counter(node, 'io_write_bytes_total'), bytes),
        table.cell(device, bytes),
        table.cell(quotient(device, logged, 'nothing was logged in the window'), times),
        table.cell(device, (value) => `${significant(value / node.seconds / 1e6)} MB/s`),
      );
    }
  }
  if (table.isEmpty) return notMeasured('no node window was written');
  return blocks(
    table.toString(),
    'A sync writes whole pages: few bytes a sync mean many bytes on the device for each byte of log.',
  );
}

function deviceBytes(node: NodeWindow): Measured {
  return map(
    fromNullable(node.proc?.io, '/proc/<pid>/io of the node was not readable'),
    (io) => io.writeBytes,
  );
}

import { t } from '../../language/language.js';
import { allocationTables } from '../process/allocations.js';
import { collectorTables } from '../process/collector.js';
import { bpfTable, procTables } from '../process/kernel.js';
import { loopTables, poolTable } from '../process/loop-and-pool.js';
import { useTable } from '../process/use-table.js';
import { blocks, notMeasured, type Section } from '../section.js';

/** What the layers stand on: collector, loop, pool, kernel. A layer can be slow because one of these is. */
export const processSection: Section = (facts) => {
  const files = new Map<string, string>();
  const text = blocks(
    t`## Process and machine, under all layers`,
    ...(facts.sweep.length === 0
      ? [notMeasured(t`the run has no sweep`)]
      : [
          t`### Utilisation, saturation, errors`,
          useTable(facts),
          t`### Garbage collection and heap`,
          collectorTables(facts),
          t`### Who allocates`,
          allocationTables(facts, files),
          t`### Event loop`,
          loopTables(facts),
          t`### libuv's thread pool`,
          poolTable(facts),
          t`### What the kernel counts (\`/proc\`)`,
          procTables(facts),
          t`### What the kernel times (eBPF)`,
          bpfTable(facts),
        ]),
  );
  return { text, files };
};

import type { ProfileData } from '../../results/profile-directory.js';
import type { Capture, Profile } from '../../results/schema/index.js';
import { flamegraph } from '../flamegraph/flamegraph.js';
import { code } from '../tables/markdown-table.js';
import { allThreadsTables, heapTables, mainThreadTables } from './cpu-tables.js';
import { headlines } from './headlines.js';
import { kernelHistograms, syncTables, syscallTables } from './kernel-tables.js';
import { gapTable, passTable, processTable, procTables, threadTable, toolTable } from './process-tables.js';
import { blocks, section, sourced } from './sourced.js';
import { collectorTables, loopTables, poolTables, waitTables } from './wait-tables.js';

/** Files of a profile by their path in its folder: `profile.md` and the flame graphs that it shows. Pure: same data, same bytes. */
export function renderProfile(data: ProfileData): ReadonlyMap<string, string> {
  const flames = flameFiles(data);
  const page = blocks(
    `# Profile of ${title(data.profile)}`,
    data.profile.interrupted ? '**Interrupted: what follows was captured until then.**' : null,
    headlines(data),
    section('The process', processTable(data.profile)),
    section('What watched it', passTable(data)),
    section('CPU: the main thread', mainThreadTables(data), figures(flames, 'cpu')),
    section('CPU: all threads and the kernel', allThreadsTables(data), figures(flames, 'perf')),
    section('System calls', syscallTables(data)),
    section('Syncs', syncTables(data)),
    section('Kernel distributions', kernelHistograms(data)),
    section('Waits for locks', waitTables(data)),
    section('Event loop', loopTables(data)),
    section('Thread pool', poolTables(data)),
    section('Garbage collector', collectorTables(data)),
    section('Heap', heapTables(data), figures(flames, 'heap')),
    section('Counters of the kernel', procTables(data), threadTable(data)),
    section('Tools', toolTable(data)),
    section('Not captured, because', gapTable(data)),
  );
  return new Map([['profile.md', `${page}\n`], ...flames]);
}

function title({ process }: Profile): string {
  const what = process.node === 0 ? code(process.program ?? 'a Node.js process') : `node ${process.node}`;
  return `${what}, process ${process.pid}`;
}

const DRAWN = ['cpu', 'perf', 'heap'] as const;
type Drawn = (typeof DRAWN)[number];

const CAPTIONS: Readonly<Record<Drawn, string>> = {
  cpu: 'CPU of the main thread by layer',
  perf: 'CPU of all threads by layer',
  heap: 'Allocations by layer',
};

function flameFiles(data: ProfileData): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of DRAWN) {
    for (const { capture } of sourced(data, `strata.${kind}/1` as Capture['schema'])) {
      if (!('stacks' in capture) || capture.stacks.length === 0) continue;
      const which = capture.schema === 'strata.heap/1' ? `${kind}-${capture.kind}` : kind;
      files.set(
        `flame/${which}.svg`,
        flamegraph(capture, { title: `${CAPTIONS[kind]}, process ${capture.pid}` }),
      );
    }
  }
  return files;
}

function figures(files: ReadonlyMap<string, string>, kind: Drawn): string | null {
  const paths = [...files.keys()].filter((path) => path.startsWith(`flame/${kind}`));
  return paths.length === 0 ? null : paths.map((path) => `![${CAPTIONS[kind]}](${path})`).join('\n\n');
}

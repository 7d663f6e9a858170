import type { ProfileData } from '../../results/profile-directory.js';
import type { Capture, Profile } from '../../results/schema/index.js';
import { flamegraph } from '../flamegraph/flamegraph.js';
import { inLanguage, type Language, t, translated } from '../language/language.js';
import { ownPath, withOwnPaths } from '../language/own-paths.js';
import { code } from '../tables/markdown-table.js';
import { allThreadsTables, heapTables, mainThreadTables } from './cpu-tables.js';
import { headlines } from './headlines.js';
import { kernelHistograms, syncTables, syscallTables } from './kernel-tables.js';
import { gapTable, passTable, processTable, procTables, threadTable, toolTable } from './process-tables.js';
import { blocks, section, sourced } from './sourced.js';
import { collectorTables, loopTables, poolTables, waitTables } from './wait-tables.js';

/** Where the page of a language lies in the folder of the profile. */
export function profilePagePath(language: Language): string {
  return ownPath(PAGE, language);
}

const PAGE = 'profile.md';

/**
 * Files of a profile by their path in its folder: `profile.md` (in Chinese `profile.zh.md`) and the flame graphs that it shows. Pure: same data, same bytes. The
 * pages of all languages can lie side by side.
 */
export function renderProfile(data: ProfileData, language: Language = 'en'): ReadonlyMap<string, string> {
  return inLanguage(language, () => {
    const flames = flameFiles(data);
    return withOwnPaths(PAGE, `${page(data, flames)}\n`, flames, language);
  });
}

function page(data: ProfileData, flames: ReadonlyMap<string, string>): string {
  return blocks(
    t`# Profile of ${title(data.profile)}`,
    data.profile.interrupted ? t`**Interrupted: what follows was captured until then.**` : null,
    headlines(data),
    section(t`The process`, processTable(data.profile)),
    section(t`What watched it`, passTable(data)),
    section(t`CPU: the main thread`, mainThreadTables(data), figures(flames, 'cpu')),
    section(t`CPU: all threads and the kernel`, allThreadsTables(data), figures(flames, 'perf')),
    section(t`System calls`, syscallTables(data)),
    section(t`Syncs`, syncTables(data)),
    section(t`Kernel distributions`, kernelHistograms(data)),
    section(t`Waits for locks`, waitTables(data)),
    section(t`Event loop`, loopTables(data)),
    section(t`Thread pool`, poolTables(data)),
    section(t`Garbage collector`, collectorTables(data)),
    section(t`Heap`, heapTables(data), figures(flames, 'heap')),
    section(t`Counters of the kernel`, procTables(data), threadTable(data)),
    section(t`Tools`, toolTable(data)),
    section(t`Not captured, because`, gapTable(data)),
  );
}

function title({ process }: Profile): string {
  const what = process.node === 0 ? code(process.program ?? t`a Node.js process`) : t`node ${process.node}`;
  return t`${what}, process ${process.pid}`;
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
        flamegraph(capture, { title: t`${translated(CAPTIONS[kind])}, process ${capture.pid}` }),
      );
    }
  }
  return files;
}

function figures(files: ReadonlyMap<string, string>, kind: Drawn): string | null {
  const paths = [...files.keys()].filter((path) => path.startsWith(`flame/${kind}`));
  return paths.length === 0
    ? null
    : paths.map((path) => `![${translated(CAPTIONS[kind])}](${path})`).join('\n\n');
}

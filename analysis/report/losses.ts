import type { PowerCut } from '../../results/schema/index.js';
import { recorded, t } from '../language/language.js';
import { fromNullable } from '../measures/measured.js';
import { integer, significant } from '../tables/format.js';
import type { MarkdownTable } from '../tables/markdown-table.js';
import type { Facts, PointFacts } from './facts.js';
import { blocks } from './section.js';

/** Two ways to lose, never mixed: a killed process leaves the page cache of the kernel, a power cut takes it. */

export function lossByKill(table: MarkdownTable, arm: PointFacts): string {
  const durability = fromNullable(
    arm.point.durability,
    t`no \`durability.json\`: the nodes of this arm were not killed and read back`,
  );
  return table.cell(durability, (found) => {
    const unreadable = found.unreadable === 0 ? '' : t`, ${integer(found.unreadable)} unreadable`;
    return t`${integer(found.lost)} of ${integer(found.keysChecked)} keys${unreadable}`;
  });
}

export function lossByPowerCut(table: MarkdownTable, arm: PointFacts): string {
  const powerCut = fromNullable(
    arm.point.powerCut,
    t`no \`power-cut.json\`: the power of this arm was not cut; \`strata fsync --power-cut\` does it at the middle level`,
  );
  return table.cell(powerCut, (found) => {
    const mark = found.broken.length === 0 ? '' : ' ❌';
    const oldest =
      found.oldestLostMs === null ? '' : t`, oldest ${significant(found.oldestLostMs)} ms${allowed(found)}`;
    return t`${integer(found.lost)} of ${integer(found.acknowledged)} writes${oldest}${mark}`;
  });
}

/** The bound differs from cut to cut, with the syncs; the widest is shown, each is held against its own. */
function allowed({ strategy, rounds }: PowerCut): string {
  if (strategy !== 'B') return '';
  return t` (allowed ${significant(Math.max(...rounds.map((round) => round.allowedMs ?? 0)))} ms)`;
}

/** How to read the two columns, and what the cuts showed. */
export function lossNote(facts: Facts): string {
  return blocks(killNote(facts), powerCutNote(facts));
}

/** SIGKILL ends the process, not the kernel: what was written stays in its page cache. */
function killNote(facts: Facts): string {
  const risky = facts.strategies.some(
    (arm) => arm.point.ref.strategy === 'B' || arm.point.ref.strategy === 'C',
  );
  const method = facts.strategies.find((arm) => arm.point.durability !== null)?.point.durability?.method;
  const how = method === undefined ? '' : t` Method: ${recorded(method).replace(/[.。]$/, '')}.`;
  const note = risky
    ? t`A killed process leaves its bytes in the page cache of the kernel, so B and C are expected to lose nothing here.`
    : t`A killed process leaves its bytes in the page cache of the kernel; a power cut would not.`;
  return t`**Processes killed.** ${note}${how}`;
}

function powerCutNote(facts: Facts): string {
  const cuts = facts.strategies.flatMap((arm) => arm.point.powerCut ?? []);
  const first = cuts[0];
  if (first === undefined)
    return t`**Power cut.** Not measured in this run. It takes up to one interval under B, whatever was not written back under C, nothing under A and G; \`strata fsync --power-cut\` measures it.`;
  const bound = cuts.some(({ strategy }) => strategy === 'B')
    ? t` Allowed under B: one interval, the sync that is under way when a write comes, the sync of the write itself, and the lateness of the timer, as the nodes measured them before the cut. C promises nothing: between two syncs of term and vote, or of a full segment, everything is at stake.`
    : '';
  const nodes = cuts.every(({ rounds }) => rounds.every(({ nodesEqual }) => nodesEqual))
    ? t` After every cut all nodes started and held the same keys and values.`
    : '';
  const broken = cuts.flatMap((cut) => cut.broken.map((sentence) => `- ❌ ${recorded(sentence)}`)).join('\n');
  return blocks(
    t`**Power cut.** Method: ${recorded(first.method).replace(/[.。]$/, '')}.${bound}${nodes} Speeds are never taken on that disk.`,
    broken === '' ? null : broken,
  );
}

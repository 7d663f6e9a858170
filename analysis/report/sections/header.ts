import { recorded, t } from '../../language/language.js';
import { bytes, integer, percent, significant } from '../../tables/format.js';
import { code, left, MarkdownTable } from '../../tables/markdown-table.js';
import { type Facts, levelName } from '../facts.js';
import { evidenceOf, historiesOf, isBroken } from '../histories.js';
import { blocks, type Section } from '../section.js';
import { windowsText } from '../windows.js';

/** Line one of the report says whether it may be believed; then what, when, where and how. */
export const headerSection: Section = (facts) => ({
  text: blocks(
    brokenPromise(facts),
    warning(facts),
    title(facts),
    origin(facts),
    machine(facts),
    capabilities(facts),
  ),
});

/** A store that is not linearizable is wrong, and how fast it is wrong is no matter. */
function brokenPromise(facts: Facts): string | null {
  const broken = historiesOf(facts).filter(isBroken);
  if (broken.length === 0) return null;
  const list = broken
    .map((history) => `\`${history.facts.point.ref.id}\` (${evidenceOf(history)})`)
    .join(t`, `);
  return t`> ❌ **Not linearizable: the recorded history of ${broken.length} of ${facts.data.points.length} points has no order that explains it.** ${list}.`;
}

/** Null for a run without an unsound point. */
function warning(facts: Facts): string | null {
  const unsound = [...facts.sweep, ...facts.strategies].filter((point) => point.unsound.length > 0);
  if (facts.data.points.length === 0) return t`> ⚠️ **No conclusion: this run holds no point.**`;
  if (unsound.length === 0) return null;
  const all = unsound.length === facts.data.points.length;
  const byReason = new Map<string, string[]>();
  for (const point of unsound) {
    const reason = point.unsound.join(t`; `);
    byReason.set(reason, [...(byReason.get(reason) ?? []), `\`${point.point.ref.id}\``]);
  }
  const list = [...byReason].map(([reason, ids]) => t`${ids.join(t`, `)}: ${reason}`).join(' · ');
  const consequence = all
    ? t`No conclusion is drawn from this run.`
    : t`No conclusion is drawn from these points; their numbers are shown, and judge nothing.`;
  return t`> ⚠️ **Suspect: ${unsound.length} of ${facts.data.points.length} points failed the audit. ${consequence}** ${list}.`;
}

function title(facts: Facts): string {
  const { run } = facts.data;
  return t`# Layered performance report: ${run.id}`;
}

function origin(facts: Facts): string {
  const { run } = facts.data;
  const { cluster, load } = run;
  const reads = load.reads === 0 ? t`writes only` : t`${percent(load.reads)} reads`;
  const table = new MarkdownTable([left(''), left('')], '`run.json`')
    .row(
      t`**What**`,
      t`${cluster.external ? t`external cluster` : raftNodes(cluster.nodes)}, durability ${cluster.strategy} with ${cluster.primitive}, heartbeat ${significant(cluster.heartbeatMs)} ms, election ${significant(cluster.electionTimeoutMsMin)} to ${significant(cluster.electionTimeoutMsMax)} ms`,
    )
    .row(
      t`**Load**`,
      t`${reads}, ${integer(load.keys)} keys (${recorded(load.distribution)}), values of ${bytes(load.valueBytes)}; levels ${facts.sweep.length === 0 ? t`none` : facts.sweep.map(levelName).join(t`, `)}`,
    )
    .row(t`**When**`, t`${run.startedAt} to ${run.endedAt}`)
    .row(t`**How**`, t`${code(run.command)}, mode ${run.mode}, seed ${run.seed}${windows(facts)}`)
    .row(
      t`**Code**`,
      t`${run.git.commit === null ? t`commit unknown` : code(run.git.commit)}${run.git.dirty ? t`, with uncommitted changes` : ''}; ${versions(run.versions)}`,
    );
  return table.toString();
}

/** A rate of a short window is worth less than its digits say. */
function windows(facts: Facts): string {
  const levels = windowsText(facts.sweep);
  const strategies = windowsText(facts.strategies);
  const named = [
    ...(levels === null ? [] : [t`levels in ${levels}`]),
    ...(strategies === null ? [] : [t`strategies in ${strategies}`]),
  ];
  return named.map((text) => t`; ${text}`).join('');
}

function raftNodes(count: number): string {
  return count === 1 ? t`${count} Raft node` : t`${count} Raft nodes`;
}

function versions(all: Readonly<Record<string, string>>): string {
  return Object.keys(all)
    .sort()
    .map((name) => `${name} ${all[name]}`)
    .join(t`, `);
}

function machine(facts: Facts): string {
  const { machine } = facts.data.run;
  const words = [
    `${machine.cpuCount} × ${machine.cpuModel}`,
    machine.cpuGovernor === null ? t`governor unknown` : t`governor ${machine.cpuGovernor}`,
    t`${bytes(machine.memoryBytes)} memory`,
    machine.os,
    t`kernel ${machine.kernel}`,
    t`data on ${machine.filesystem}`,
    machine.virtualized === null
      ? t`no hypervisor found`
      : t`virtualised: ${machine.virtualized.split(', ').map(recorded).join(t`, `)}`,
  ];
  return t`**Where**: ${code(machine.hostname)}: ${words.join(t`, `)}. Nodes, generator and probes share this machine${facts.data.run.cluster.external ? t` only in so far as the external cluster runs on it` : ''}.`;
}

function capabilities(facts: Facts): string | null {
  const { capabilities } = facts.data.run;
  if (capabilities.length === 0) return null;
  const table = new MarkdownTable(
    [left(t`Capability`), left(t`Tier`), left(t`Available`), left(t`Detail`), left(t`To install`)],
    t`\`run.json\`, capabilities`,
  );
  for (const capability of capabilities) {
    table.row(
      capability.name,
      capability.tier,
      capability.available ? t`yes` : t`**no**`,
      recorded(capability.detail),
      capability.install === null ? '' : code(capability.install),
    );
  }
  const tiers = [
    ...new Set(capabilities.filter((entry) => entry.available).map((entry) => entry.tier)),
  ].sort();
  const missing = capabilities.filter((entry) => !entry.available).length;
  const summary = t`Capabilities: ${tiers.length === 0 ? t`none` : tiers.join(t`, `)}${missing === 0 ? '' : t`, ${missing} missing`}`;
  return `<details><summary>${summary}</summary>\n\n${table.toString()}\n\n</details>`;
}

import { recorded, t, translated } from '../../language/language.js';
import { EXPERIMENT_CLAIMS } from '../../reference/claims.js';
import { code, left, MarkdownTable } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { historiesOf, historyTable, recordingTable } from '../histories.js';
import { probeEffects } from '../probe-effects.js';
import { labAgain } from '../run-lab.js';
import { blocks, type Section } from '../section.js';

export const notMeasuredSection: Section = (facts) => {
  const gaps = gapTable(facts);
  return {
    text: blocks(
      t`## 8 Not measured, because`,
      gaps ?? t`Nothing of what this kind of run can measure is missing.`,
      t`### What watching cost`,
      probeEffects(facts),
      recordingTable(facts),
      historyTable(facts),
      t`### Claims of the document that are experiments of their own`,
      t`Each compares two or more arms, run in turns; a sweep has one arm and settles none of them.`,
      experimentTable(),
    ),
  };
};

/** What this run set out to show and could not; null without a gap. */
function gapTable(facts: Facts): string | null {
  const { run, baseline } = facts.data;
  const table = new MarkdownTable(
    [left(t`What`), left(t`Because`), left(t`To change that`)],
    t`\`run.json\`, notMeasured and capabilities; presence of files`,
  );
  for (const gap of run.notMeasured) table.row(recorded(gap.what), recorded(gap.because), '');
  for (const capability of run.capabilities) {
    if (capability.available) continue;
    table.row(
      `${capability.name} (${capability.tier})`,
      recorded(capability.detail),
      capability.install === null ? '' : code(capability.install),
    );
  }
  for (const point of facts.data.points) {
    for (const { pass } of point.passes) {
      if (pass.failed !== null)
        table.row(t`${pass.probe} at point ${point.ref.id}`, recorded(pass.failed), '');
    }
  }
  if (baseline === null) table.row(t`machine baseline`, t`\`baseline.json\` does not exist`, '');
  for (const point of facts.sweep) {
    const { id } = point.point.ref;
    if (point.point.stages === null)
      table.row(t`request budget of ${id}`, t`\`points/${id}/stages.json\` does not exist`, '');
    if (point.point.nodes.length === 0)
      table.row(t`node windows of ${id}`, t`\`points/${id}/nodes\` holds no file`, '');
  }
  if (historiesOf(facts).length === 0)
    table.row(t`linearizability`, t`this run recorded no history`, code('strata sweep --verify'));
  if (facts.strategies.length === 0)
    table.row(t`durability strategies`, t`this run compares none`, code('strata sweep --with-fsync'));
  return table.isEmpty ? null : table.toString();
}

function experimentTable(): string {
  const table = new MarkdownTable(
    [left(t`Claim`), left(t`What`), left(t`Why not here`), left(t`To measure it`)],
    t`list of claims`,
  );
  for (const claim of EXPERIMENT_CLAIMS) {
    const here = claim.here === undefined ? '' : t`; ${translated(claim.here)}`;
    table.row(
      claim.id,
      translated(claim.what),
      t`an experiment of its own, not part of a sweep${here}`,
      labAgain(claim.experiments).map(code).join('<br>'),
    );
  }
  return table.toString();
}

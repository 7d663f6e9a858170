import { t } from '../../language/language.js';
import { left, MarkdownTable } from '../../tables/markdown-table.js';
import { type Facts, levelName } from '../facts.js';
import { blocks, notMeasured } from '../section.js';
import { resourcesOf } from './use-cells.js';

/** Utilisation, saturation and errors of each resource of the leader: the list to go through before any theory. */
export function useTable(facts: Facts): string {
  const { middle } = facts;
  if (middle === null) return notMeasured(t`the run has no sweep`);
  if (!middle.leader.ok) return notMeasured(middle.leader.because);
  const { id } = middle.point.ref;
  const table = new MarkdownTable(
    [left(t`Resource`), left(t`Utilisation`), left(t`Saturation`), left(t`Errors`)],
    t`\`points/${id}/nodes/*.json\`, \`points/${id}/disk.json\`, \`points/${id}/passes/*/node-*.json\`, of the leader`,
  );
  const asIs = (text: string): string => text;
  for (const resource of resourcesOf(facts, middle, middle.leader.value)) {
    table.row(
      resource.name,
      table.cell(resource.utilisation, asIs),
      table.cell(resource.saturation, asIs),
      table.cell(resource.errors, asIs),
    );
  }
  return blocks(
    t`The leader at ${levelName(middle)}: how busy each resource is, how much waits for it, what failed.`,
    table.toString(),
  );
}

import { recorded, t } from '../language/language.js';
import { observeAll, subjectName } from '../measures/captures.js';
import { code, left, MarkdownTable } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';

/** What outside tools left for people to open, with their own verdict. Null without any. */
export function toolFiles(facts: Facts): string | null {
  const table = new MarkdownTable(
    [left(t`Tool`), left(t`Node`), left(t`Level`), left(t`Its verdict`), left(t`Files`), left(t`Warnings`)],
    '`points/*/passes/*/*.json`',
  );
  for (const point of facts.sweep) {
    for (const { pass, captures } of observeAll(point.point, 'strata.tool/1')) {
      const folder = `points/${point.point.ref.id}/passes/${pass.probe}`;
      for (const capture of captures) {
        table.row(
          `${capture.tool} ${capture.version}`,
          subjectName(capture),
          levelName(point),
          capture.verdict === null ? t`gives none` : recorded(capture.verdict),
          capture.files
            .map((file) => `${code(`${folder}/${file.name}`)}: ${recorded(file.what)}`)
            .join(t`; `),
          capture.warnings.map(recorded).join(t`; `),
        );
      }
    }
  }
  return table.isEmpty ? null : table.toString();
}

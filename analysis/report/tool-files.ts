import { observeAll, subjectName } from '../measures/captures.js';
import { code, left, MarkdownTable } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';

/** What outside tools left for people to open, with their own verdict. Null without any. */
export function toolFiles(facts: Facts): string | null {
  const table = new MarkdownTable(
    [left('Tool'), left('Node'), left('Level'), left('Its verdict'), left('Files'), left('Warnings')],
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
          capture.verdict ?? 'gives none',
          capture.files.map((file) => `${code(`${folder}/${file.name}`)}: ${file.what}`).join('; '),
          capture.warnings.join('; '),
        );
      }
    }
  }
  return table.isEmpty ? null : table.toString();
}

import { type HistoryEvent, historyEventSchema } from '../../results/schema/history.js';
import { HistoryError } from './history-error.js';

/** A value nested deeper comes from no client of ours, and would overflow the stack of whoever walks it. */
const VALUE_DEPTH_MAX = 64;
const LINE_CHARACTERS_SHOWN_MAX = 60;

/**
 * The events of a history file (JSON lines as `results/schema/history.ts` defines them), the event of line n at n - 1.
 * A blank line is allowed at the very end only: anywhere else it is a line that was lost.
 * @throws HistoryError with the line and a sentence
 */
export function parseHistory(text: string): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    const line = text.slice(start, stop);
    start = stop + 1;
    if (line.trim() === '' && text.slice(start).trim() === '') break;
    events.push(parseLine(line, events.length + 1));
  }
  return events;
}

function parseLine(line: string, number: number): HistoryEvent {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new HistoryError(number, `This is not JSON: ${excerpt(line)}.`);
  }
  if (isDeeper(document, VALUE_DEPTH_MAX))
    throw new HistoryError(number, `The value is nested deeper than ${VALUE_DEPTH_MAX} levels.`);
  const result = historyEventSchema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new HistoryError(
    number,
    `This is no event of a history: ${where}${issue?.message ?? 'it is invalid'}.`,
  );
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function excerpt(line: string): string {
  const shown = line.trim().slice(0, LINE_CHARACTERS_SHOWN_MAX);
  return shown === '' ? 'it is blank' : shown.length < line.trim().length ? `${shown}...` : shown;
}

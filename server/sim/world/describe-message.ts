import { type Message, MessageType } from '../../consensus/messages.js';

const NAMES = new Map<number, string>(Object.entries(MessageType).map(([name, type]) => [type, name]));

/** A message as a line of the record has it. */
export function describeMessage({
  type,
  from,
  to,
  term,
  index,
  logTerm,
  commit,
  entries,
  reject,
}: Message): string {
  const last = entries.length > 0 ? ` +${entries.length}` : '';
  const answer = reject ? ' reject' : '';
  return `send ${from}>${to} ${NAMES.get(type) ?? type} t${term} i${index}/${logTerm} c${commit}${last}${answer}`;
}

import { type Entry, type Message, MessageType } from '../../../../server/consensus/messages.js';

/** An AppendEntries message as a leader sends it: entries of `entryBytes` behind a log of some length, so that its numbers are as wide as in real life. */
export function appendMessage(entries: number, entryBytes: number): Message {
  const index = 1_234_567;
  const term = 42;
  return {
    type: MessageType.Append,
    from: 1,
    to: 2,
    term,
    logTerm: term,
    index,
    entries: Array.from(
      { length: entries },
      (_, at): Entry => ({
        index: index + 1 + at,
        term,
        type: 0,
        data: Buffer.alloc(entryBytes, 97 + (at % 26)),
      }),
    ),
    commit: index - 3,
    reject: false,
    rejectHint: 0,
    context: 0,
    snapshot: null,
    diskQueueNs: 0,
    diskWriteNs: 0,
    diskSyncNs: 0,
  };
}

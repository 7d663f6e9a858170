import assert from 'node:assert/strict';
import test from 'node:test';
import type { Message } from '../../../../server/consensus/messages.js';
import type { BatchCodec } from '../../../../server/network/peers/batch-codec.js';
import { appendMessage } from './append-messages.js';
import { CODECS, checkRoundTrip } from './message-codecs.js';

const MESSAGE = appendMessage(3, 128);

for (const [name, codec] of Object.entries(CODECS))
  test(`${name} gives back the message that it was given, as large as it said`, () => {
    checkRoundTrip(codec(), MESSAGE);
    const one = codec();
    const bytes = one.size([MESSAGE]);
    assert.equal(one.write([MESSAGE]).length, bytes);
  });

test('a codec that loses something is no codec', () => {
  const losing = (change: (message: Message) => Message): BatchCodec => {
    const codec = CODECS['protobuf-static']!();
    return {
      size: (messages) => codec.size(messages),
      write: (messages) => codec.write(messages),
      decode: (payload) => codec.decode(payload).map(change),
    };
  };
  const [first, ...others] = MESSAGE.entries;
  const changes: ((message: Message) => Message)[] = [
    (message) => ({ ...message, commit: 0 }),
    (message) => ({ ...message, entries: others }),
    (message) => ({ ...message, entries: [...message.entries, first!] }),
    (message) => ({ ...message, entries: [{ ...first!, data: Buffer.alloc(128) }, ...others] }),
    (message) => ({ ...message, entries: [{ ...first!, term: 1 }, ...others] }),
  ];
  for (const change of changes)
    assert.throws(() => checkRoundTrip(losing(change), MESSAGE), /another message came back/);
  assert.doesNotThrow(() =>
    checkRoundTrip(
      losing((message) => message),
      MESSAGE,
    ),
  );
});

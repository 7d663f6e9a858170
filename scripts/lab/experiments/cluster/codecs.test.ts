import assert from 'node:assert/strict';
import test from 'node:test';
import { proveCodec } from './codecs.js';
import { UnprovenError } from './proof.js';

test('a codec is told by the size of the answers', () => {
  const holds = (arm: string, bytes: number) => assert.doesNotThrow(() => proveCodec(arm, bytes));
  const fails = (arm: string, bytes: number, sentence: RegExp) =>
    assert.throws(
      () => proveCodec(arm, bytes),
      (error: unknown) => error instanceof UnprovenError && sentence.test(error.message),
    );
  holds('json', 200);
  fails('json', 199, /sent 199 bytes per answer/);
  holds('protobuf', 150);
  fails('protobuf', 151, /sent 151 bytes/);
  fails('protobuf', 0, /sent 0 bytes/);
});

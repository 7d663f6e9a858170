import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Glob, prefixEnd } from './glob.js';

function matches(pattern: string, key: string): boolean {
  return new Glob(Buffer.from(pattern, 'latin1')).matches(Buffer.from(key, 'latin1'));
}

/** Redis' stringmatchlen for patterns of letters, `*` and `?`, as simple as can be. */
function naive(pattern: string, key: string): boolean {
  if (pattern === '') return key === '';
  if (pattern[0] === '*') return naive(pattern.slice(1), key) || (key !== '' && naive(pattern, key.slice(1)));
  return key !== '' && (pattern[0] === '?' || pattern[0] === key[0]) && naive(pattern.slice(1), key.slice(1));
}

describe('patterns', () => {
  for (const [pattern, yes, no] of [
    ['*', ['', 'a', '\xff'], []],
    ['h?llo', ['hello', 'hallo'], ['hllo', 'heello']],
    ['h*llo', ['hllo', 'heeello'], ['hell']],
    ['h[ae]llo', ['hello', 'hallo'], ['hillo']],
    ['h[^e]llo', ['hallo'], ['hello']],
    ['h[a-c]llo', ['hallo', 'hbllo'], ['hdllo']],
    ['h[c-a]llo', ['hbllo'], ['hdllo']],
    ['h\\*llo', ['h*llo'], ['hallo']],
    ['a\\', ['a\\'], ['a']],
    ['[\\]]', [']'], ['\\']],
    ['[abc', ['a', 'c'], ['d', '[abc']],
    ['[^', ['a'], ['']],
    ['[', [], ['[', 'a']],
    ['a**b', ['ab', 'axxb'], ['a']],
    ['', [''], ['a']],
    ['\xe9?', ['\xe9\xff'], ['\xe9']],
  ] as [string, string[], string[]][]) {
    it(`${JSON.stringify(pattern)} is that of Redis`, () => {
      for (const key of yes) assert.ok(matches(pattern, key), `matches ${JSON.stringify(key)}`);
      for (const key of no) assert.ok(!matches(pattern, key), `does not match ${JSON.stringify(key)}`);
    });
  }

  it('agrees with the definition on small alphabets', () => {
    const text = (letters: string[], maxLength: number): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...letters), { maxLength }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '*', '?'], 8), text(['a', 'b'], 10), (pattern, key) => {
        assert.equal(matches(pattern, key), naive(pattern, key));
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes few steps where trying every star takes exponentially many', () => {
    assert.equal(matches(`${'*a'.repeat(100)}*b`, 'a'.repeat(1_000)), false);
  });

  it('knows what every match begins with, and the end of those keys', () => {
    const prefix = (pattern: string): string => Buffer.from(new Glob(Buffer.from(pattern)).prefix).toString();
    assert.equal(prefix('user:*'), 'user:');
    assert.equal(prefix('a\\*b?'), 'a*b');
    assert.equal(prefix('*'), '');
    assert.equal(prefix('[ab]c'), '');
    assert.deepEqual(prefixEnd(Buffer.from('ab')), new Uint8Array(Buffer.from('ac')));
    assert.deepEqual(prefixEnd(Buffer.from([0x61, 0xff, 0xff])), Uint8Array.of(0x62));
    assert.equal(prefixEnd(Buffer.from([0xff])), null);
    assert.equal(prefixEnd(Buffer.alloc(0)), null);
  });
});

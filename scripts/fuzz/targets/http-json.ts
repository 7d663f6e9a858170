import { parseStrictJson } from '../../../server/network/http/strict-json.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, must, verdict } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const LIMITS = { depthMax: 6, elementsMax: 200 };

/** What is accepted says the same as `JSON.parse`, keeps its limits, and is accepted again when it is written by `JSON.stringify`. */
export const target: Target = {
  name: 'http-json',
  about: 'strict JSON of request bodies',
  sources: ['server/network/http/strict-json'],
  dictionary: [
    '{"',
    '":',
    '\\u0061',
    '\\"',
    '\\\\',
    'null',
    'true',
    '-',
    '9007199254740992',
    '"__proto__":',
    '\ufeff',
    '\u2028',
    Buffer.of(0xed, 0xa0, 0x80),
  ],
  seeds: () =>
    [
      '{"a":[1,2,{"b":null}],"c":"x\\u00e9"}',
      '{"a":1,"\\u0061b":{"a":-9007199254740991}}',
      ' [ ] ',
      '"text"',
      '{"__proto__":{"a":1},"constructor":false}',
    ].map((text, at) => ({ name: `document ${at + 1}`, bytes: Buffer.from(text) })),
  mutate: mutateJson,
  run(input) {
    const document = parseStrictJson(input, LIMITS);
    const text = input.toString('utf8').replace(/^\ufeff/, '');
    equal(
      'as JSON.parse',
      document,
      must('JSON.parse', () => JSON.parse(text) as unknown),
    );
    equal('names given twice', nameCount(text), namesOf(document));
    const again = verdict(() => parseStrictJson(Buffer.from(JSON.stringify(document)), LIMITS));
    equal('document again', again, { ok: document });
  },
};

/** Names in the text, counted by a reviver-free way: strings before a colon. */
function nameCount(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)].filter((match) => match[1] !== undefined).length;
}

function namesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Object.values(value).reduce((sum: number, part) => sum + namesOf(part), 0);
  return parts + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

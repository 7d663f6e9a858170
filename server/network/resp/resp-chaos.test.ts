import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type ErrorCode, StrataError } from '../../errors.js';
import { until } from '../testing/real-clock.js';
import { createCommandTable } from './command-table.js';
import { type Answer, Failed } from './testing/reply-reader.js';
import { encode, plain } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

/** Fates of requests: through, refused for sure, open with and without effect. */
type Fate = 'through' | 'refused' | 'open, applied' | 'open, lost';
const codes: Record<Exclude<Fate, 'through'>, ErrorCode> = {
  refused: 'STRATA_NO_LEADER',
  'open, applied': 'STRATA_LEADERSHIP_LOST',
  'open, lost': 'STRATA_PEER_LOST',
};
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>('through') },
  { weight: 3, arbitrary: fc.constant<Fate>('refused') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('open, applied', 'open, lost') },
);

describe('RESP under faults and nonsense', () => {
  let fixture: RespFixture;
  before(async () => {
    fixture = await new RespFixture({ operationTimeoutMs: 400 }).start();
  });
  after(() => fixture.stop());

  it('what is acknowledged took effect once and in order, what is refused did not, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.array(fate, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (count, fates, delays, reads) => {
          const { service } = fixture;
          const client = await fixture.client();
          await client.call('DEL', 'log');
          const queue = [...fates];
          let turn = 0;
          service.turns = () => delays[turn++ % delays.length]!;
          service.failing = () => {
            const next = queue.shift() ?? 'through';
            return next === 'through'
              ? null
              : { error: new StrataError(codes[next]), applied: next === 'open, applied' };
          };
          const tokens = Array.from({ length: count }, (_, i) => `<${i}>`);
          const answers = await client.pipeline(
            tokens.flatMap((token) => [['APPEND', 'log', token], ...(reads ? [['GET', 'log']] : [])]),
          );
          service.failing = () => null;
          const log = String((await client.call('GET', 'log')) ?? '');
          const found: readonly string[] = log.match(/<\d+>/g) ?? [];
          assert.deepEqual(
            found,
            tokens.filter((token) => found.includes(token)),
            'in order, once',
          );
          const appends = reads ? answers.filter((_, i) => i % 2 === 0) : answers;
          for (const [i, answer] of appends.entries()) {
            const token = tokens[i]!;
            if (typeof answer === 'number') assert.ok(found.includes(token), `${token} was acknowledged`);
            else if (/^-CLUSTERDOWN /.test(String(plain(answer))))
              assert.ok(!found.includes(token), `${token} was refused`);
            else assert.match(String(plain(answer)), /^-STRATA_(LEADERSHIP|PEER)_LOST /);
          }
          if (reads) checkReads(tokens, answers);
          client.destroy();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('A2.37 every command with any arguments answers, well formed, and the connection goes on', async () => {
    const names = createCommandTable()
      .all.map(({ name }) => name)
      .filter((name) => name !== 'quit');
    const argument = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          'a',
          '0',
          '-1',
          '9223372036854775807',
          'EX',
          'NX',
          'GET',
          'MATCH',
          '*',
          'COUNT',
          'HELP',
          'INFO',
          'SETNAME',
        )
        .map((text) => Buffer.from(text)),
    );
    const line = fc.tuple(fc.constantFrom(...names), fc.array(argument, { maxLength: 5 }));
    const logged = fixture.logged.length;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), async (lines) => {
        const client = await fixture.client();
        const bytes = lines.map(([name, args]) => encode(name, ...args));
        client.send(Buffer.concat([...bytes, encode('RESET'), encode('ECHO', 'the end')]));
        const answers: Answer[] = [];
        for (let i = 0; i < lines.length + 2; i++) answers.push(await client.answer());
        assert.equal(answers.at(-1), 'the end');
        for (const [i, [name]] of lines.entries()) {
          const answer = answers[i];
          if (answer instanceof Failed) assert.doesNotMatch(answer.line, /STRATA_INTERNAL|closed/, name);
        }
        client.destroy();
      }),
      { numRuns: 80 },
    );
    assert.deepEqual(
      fixture.logged.slice(logged).filter(({ message }) => message.includes('unexpected')),
      [],
    );
    await until(() => fixture.metrics.reading('network_resp_connections') === 0, 'no connection');
    assert.equal(fixture.metrics.reading('network_resp_in_flight'), 0);
    assert.equal(fixture.metrics.reading('network_resp_in_flight_bytes'), 0, 'nothing is held for nobody');
  });
});

/** A read sees all appends before it that were acknowledged, and none behind it. */
function checkReads(tokens: readonly string[], answers: readonly Answer[]): void {
  for (let i = 1; i < answers.length; i += 2) {
    const answer = answers[i];
    if (answer instanceof Failed) continue;
    const seen: readonly string[] = String(answer ?? '').match(/<\d+>/g) ?? [];
    for (const [at, token] of tokens.entries()) {
      const isAcknowledged = typeof answers[2 * at] === 'number';
      if (2 * at < i && isAcknowledged) assert.ok(seen.includes(token), `read ${i} sees ${token}`);
      if (2 * at > i) assert.ok(!seen.includes(token), `read ${i} does not see ${token}`);
    }
  }
}

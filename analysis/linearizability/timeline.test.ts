import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { xmlProblem } from '../testing/xml.js';
import { checkHistory } from './check-history.js';
import { script } from './testing/script.js';
import { renderTimelineSvg } from './timeline-svg.js';
import { renderTimelineText } from './timeline-text.js';
import type { Counterexample } from './verdict.js';

function counterexampleOf(...steps: readonly string[]): Counterexample {
  const verdict = checkHistory(script(...steps));
  assert.ok(verdict.verdict === 'not-linearizable');
  return verdict.counterexample;
}

const STALE = [
  ...[
    '0 write 1',
    '0 ok',
    '3 read',
    '3 ok 1',
    '1 write 2',
    '2 write 3',
    '2 info',
    '1 ok',
    '0 read',
    '0 ok 2',
    '0 read',
  ],
  ...['0 ok 1', '4 write 9', '4 ok'],
];

describe('a counterexample', () => {
  it('of a stale read: the two writes and the read, and why', () => {
    assert.equal(
      renderTimelineText(counterexampleOf(...STALE), 80),
      [
        'key "k", at first null: 3 of its 7 operations have no order',
        '',
        'p0  write 1   ├─1─┤                     lines 1, 2',
        'p1  write 2          ├─2─┤              lines 5, 8',
        'p0  read → 1                 ├✗─┤       lines 11, 12',
        '',
        'Numbers: the longest order that was found. It places 2 of 3 operations; the value is 2 then.',
        '✗: the value is 2 then, but this operation read 1, and what wrote that is overwritten.',
      ].join('\n'),
    );
  });

  it('of an open write: its bar has no end', () => {
    const steps = ['0 write 1', '0 info', '1 read', '1 ok 1', '1 write 2', '1 ok', '1 read', '1 ok 1'];
    const text = renderTimelineText(counterexampleOf(...steps));
    assert.match(text, /p0 {2}write 1 +├╌+1╌+▷ +line 1\n/);
  });

  it('of a write that completes after the contradiction: it counts as under way, and that is said', () => {
    const steps = ['0 write 1', '1 read', '1 ok 1', '1 read', '1 ok null', '0 ok'];
    const { operations } = counterexampleOf(...steps);
    assert.deepEqual(
      operations.map(({ f, isCutShort }) => [f, isCutShort]),
      [
        ['write', true],
        ['read', false],
        ['read', false],
      ],
    );
    assert.match(renderTimelineText(counterexampleOf(...steps)), /~: completed only after the contradiction/);
  });

  it('keeps of a lost append the append and the answer without it', () => {
    const others = Array.from({ length: 20 }, (_, index) => [`0 append "${index},"`, '0 ok']).flat();
    const { operations } = counterexampleOf(
      ...others,
      '0 put "x"',
      '0 ok',
      '1 append "y"',
      '1 ok',
      '2 get',
      '2 ok "x"',
    );
    assert.deepEqual(
      operations.map(({ f, input }) => `${f} ${input}`),
      ['put x', 'append y', 'get null'],
    );
  });

  it('shows long values by their ends', () => {
    const { because } = counterexampleOf(
      `0 put "${'a'.repeat(1_000)}"`,
      '0 ok',
      '0 get',
      `0 ok "${'b'.repeat(1_000)}"`,
    );
    assert.ok(because.length < 200, because);
  });

  it('is the same for the same history, text and drawing, and the drawing is well-formed', () => {
    const [one, other] = [counterexampleOf(...STALE), counterexampleOf(...STALE)];
    assert.equal(renderTimelineSvg(one), renderTimelineSvg(other));
    assert.equal(xmlProblem(renderTimelineSvg(one)), null);
    const strange = counterexampleOf(
      '0 write:<&"\u0000> "]]><script>"',
      '0 ok',
      '0 read:<&"\u0000>',
      '0 ok "<"',
    );
    assert.equal(xmlProblem(renderTimelineSvg(strange)), null);
    assert.doesNotMatch(renderTimelineSvg(strange), /<script|href/);
  });
});

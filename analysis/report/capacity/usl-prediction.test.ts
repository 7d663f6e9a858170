import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inLanguage } from '../../language/language.js';
import { fitUsl, type LoadPoint } from '../../statistics/usl/fit.js';
import { predictionText } from './usl-prediction.js';

const text = (points: readonly LoadPoint[]): string =>
  predictionText({ ok: true, fit: fitUsl(points), points });
const LEVELS = [1, 2, 4, 8, 16, 32];

describe('the law through the levels of a run', () => {
  it('says how much of the spread it explains', () => {
    const curve = LEVELS.map((clients) => ({ clients, throughput: (100 * clients) / (1 + 0.1 * clients) }));
    assert.match(text(curve), /R² = \d/);
  });

  it('explains nothing where there is no spread', () => {
    const flat = LEVELS.map((clients) => ({ clients, throughput: 1_000 }));
    assert.match(text(flat), /The levels do not differ in throughput; /);
    assert.doesNotMatch(text(flat), /R²|NaN|Infinity|null/);
    assert.match(
      inLanguage('zh', () => text(flat)),
      /各级别的吞吐量没有差别；/,
    );
  });
});

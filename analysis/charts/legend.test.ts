import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteLines } from '../flamegraph/svg-frames.js';
import { columnsOf, legend, textWidth } from './legend.js';

describe('the width of a text', () => {
  it('counts Chinese characters and their punctuation double', () => {
    assert.equal(columnsOf('p99 延迟（毫秒）'), 4 + 2 * 6);
    assert.equal(textWidth('刷盘', 10), 20);
    assert.ok(Math.abs(textWidth('ab刷', 10) - (2 * 5.6 + 10)) < 1e-9);
    assert.equal(textWidth(''), 0);
  });

  it('keeps the entries of a legend apart in both languages', () => {
    const entries = ['刷盘（提交 → 返回）', 'kernel (entered → returned)', '唤醒'].map((name) => ({
      name,
      colour: '#000000',
    }));
    const starts = [...legend(entries, 16, 50, 2_000).matchAll(/<text x="([\d.]+)"/g)].map(([, x]) =>
      Number(x),
    );
    assert.equal(starts.length, 3);
    for (const [index, { name }] of entries.slice(0, -1).entries())
      assert.ok(starts[index]! + textWidth(name) < starts[index + 1]!, name);
  });
});

describe('notes of a picture', () => {
  it('break between Chinese characters, and before no punctuation', () => {
    const sentence = '采样 3.00 s，其中占用 CPU 1.20 s；'.repeat(12);
    const lines = noteLines(sentence, 40).map((line) => line.replace(/<[^>]+>/g, ''));
    assert.ok(lines.length > 1);
    for (const line of lines) {
      assert.ok(columnsOf(line) <= 175, line);
      assert.doesNotMatch(line, /^[，；]/);
    }
    assert.equal(lines.join('').replaceAll(' ', ''), sentence.replaceAll(' ', ''));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReportDocument, ReportElement, ReportWindow } from './dom.js';
import { wireScrollStops } from './sort.js';
import { sortedRows, sortKey } from './sort-key.js';
import { stopAfter } from './stops.js';

describe('the key by which a cell is sorted', () => {
  it('is its number in one unit', () => {
    assert.equal(sortKey('1.25 ms'), sortKey('1,250 µs'));
    assert.equal(sortKey('4,837/s'), 4837);
    assert.equal(sortKey('-19.8 %'), -19.8);
    assert.equal(sortKey('12.0 KiB/s'), 12_288);
    assert.equal(sortKey('1.01:1'), 1.01);
    assert.equal(sortKey('0 of 1,265 keys'), 0);
    assert.ok(sortKey('< 0.01 %')! < 0.01 && sortKey('< 0.01 %')! > 0.0099);
  });

  it('is none for words', () => {
    for (const text of ['not measured [1]', 'none', '', 'p50', 'leader 1']) assert.equal(sortKey(text), null);
  });
});

describe('sorting', () => {
  it('orders numbers by their size over units, missing ones last both ways', () => {
    const column = ['900 µs', 'not measured [1]', '1.00 ms', '15.0 ns', '2.00 s'];
    assert.deepEqual(sortedRows(column, 'descending'), [4, 2, 0, 3, 1]);
    assert.deepEqual(sortedRows(column, 'ascending'), [3, 0, 2, 4, 1]);
  });

  it('orders words by their letters, and equals as they stood', () => {
    assert.deepEqual(sortedRows(['b', 'a', 'b', 'c'], 'ascending'), [1, 0, 2, 3]);
    assert.deepEqual(sortedRows(['b', 'a', 'b', 'c'], 'descending'), [3, 0, 2, 1]);
  });
});

describe('the keys of a chart', () => {
  it('walk through its stops and stay in it', () => {
    assert.deepEqual(
      ['ArrowRight', 'ArrowLeft', 'Home', 'End', 'x'].map((key) => stopAfter(key, 1, 3)),
      [2, 0, 0, 2, null],
    );
    assert.equal(stopAfter('ArrowRight', 2, 3), 2);
    assert.equal(stopAfter('ArrowLeft', -1, 3), 2);
  });
});

/** As much of a page as has to do with stops: boxes with their widths, and what is listened to. */
function pageOf(boxes: readonly { clientWidth: number; scrollWidth: number; tabindex: string | null }[]) {
  const listeners = new Map<string, () => void>();
  const elements = boxes.map((box) =>
    Object.assign(box, {
      setAttribute: (_name: string, value: string) => {
        box.tabindex = value;
      },
      removeAttribute: () => {
        box.tabindex = null;
      },
    }),
  );
  const document = {
    querySelectorAll: () => elements as unknown as ReportElement[],
    addEventListener: (type: string, listener: () => void, options: { readonly capture: boolean }) =>
      listeners.set(`${type} ${options.capture}`, listener),
  } as unknown as ReportDocument;
  const window = {
    addEventListener: (type: string, listener: () => void) => listeners.set(type, listener),
    requestAnimationFrame: (callback: () => void) => callback(),
  } as unknown as ReportWindow;
  wireScrollStops(document, window);
  return (type: string) => listeners.get(type)!();
}

describe('tables as stops of the keyboard', () => {
  const box = (clientWidth: number, scrollWidth: number) => ({
    clientWidth,
    scrollWidth,
    tabindex: '0' as string | null,
  });

  it('are those that scroll, and follow the width of the window', () => {
    const [fits, scrolls] = [box(800, 800), box(800, 1_200)];
    const fire = pageOf([fits, scrolls]);
    assert.deepEqual([fits.tabindex, scrolls.tabindex], [null, '0']);
    for (const one of [fits, scrolls]) one.clientWidth = 400;
    fire('resize');
    assert.deepEqual([fits.tabindex, scrolls.tabindex], ['0', '0']);
    for (const one of [fits, scrolls]) one.clientWidth = 1_200;
    fire('resize');
    assert.deepEqual([fits.tabindex, scrolls.tabindex], [null, null]);
  });

  it('keep their stop while they are folded, and are looked at when they open', () => {
    const [fits, scrolls] = [box(0, 0), box(0, 0)];
    const fire = pageOf([fits, scrolls]);
    assert.deepEqual([fits.tabindex, scrolls.tabindex], ['0', '0']);
    Object.assign(fits, { clientWidth: 800, scrollWidth: 800 });
    Object.assign(scrolls, { clientWidth: 800, scrollWidth: 1_200 });
    fire('toggle true');
    assert.deepEqual([fits.tabindex, scrolls.tabindex], [null, '0']);
  });
});

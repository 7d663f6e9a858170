import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytes, decimal, integer, micros, nanos, percent, perSecond, significant, times } from './format.js';

describe('numbers for readers', () => {
  it('groups thousands', () => {
    assert.deepEqual([0, 7, 999, 1000, 1_234_567, -1_234_567].map(integer), [
      '0',
      '7',
      '999',
      '1,000',
      '1,234,567',
      '-1,234,567',
    ]);
    assert.equal(decimal(1234.5, 2), '1,234.50');
    assert.equal(decimal(-0.001, 2), '0.00');
    assert.equal(integer(-0.4), '0');
  });

  it('chooses units where a value rounds over their border too', () => {
    assert.deepEqual([0, 0.05, 0.9996, 1, 99.96, 999.4, 999.6, 12_345, 999_499, 999_600].map(micros), [
      '0 µs',
      '50 ns',
      '1.00 µs',
      '1.00 µs',
      '100 µs',
      '999 µs',
      '1.00 ms',
      '12.3 ms',
      '999 ms',
      '1.00 s',
    ]);
    assert.equal(nanos(1_500_000), '1.50 ms');
    assert.equal(micros(-2500), '-2.50 ms');
    assert.deepEqual([0, 512, 1023, 1024, 1_048_575, 5 * 2 ** 30].map(bytes), [
      '0 B',
      '512 B',
      '1,023 B',
      '1.00 KiB',
      '1.00 MiB',
      '5.00 GiB',
    ]);
  });

  it('writes shares, rates and ratios', () => {
    assert.deepEqual([0, 0.00001, 0.0042, 0.05, 0.999, 1, 12.5, -0.785].map(percent), [
      '0 %',
      '< 0.01 %',
      '0.42 %',
      '5.0 %',
      '99.9 %',
      '100 %',
      '1,250 %',
      '-78.5 %',
    ]);
    assert.deepEqual([0, 1.234, 99, 12_345.6].map(perSecond), ['0/s', '1.23/s', '99.0/s', '12,346/s']);
    assert.equal(times(2.4), '2.40x');
    assert.equal(significant(0), '0');
  });

  it('never writes NaN, Infinity or an exponent, whatever it is given', () => {
    for (const format of [integer, micros, nanos, percent, perSecond, bytes, times, significant]) {
      fc.assert(
        fc.property(fc.double({ min: -1e15, max: 1e15 }), (value) => {
          assert.doesNotMatch(format(value), /NaN|Infinity|e[+-]/);
        }),
      );
      assert.match(format(Number.NaN), /n\/a/);
      assert.match(format(Number.POSITIVE_INFINITY), /n\/a/);
    }
  });
});

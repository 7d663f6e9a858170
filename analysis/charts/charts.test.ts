import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { xmlProblem } from '../testing/xml.js';
import { barChart } from './bars.js';
import { lineChart } from './line-chart.js';
import { linearTicks, logTicks } from './scale.js';
import { stackedBarChart } from './stacked-bars.js';
import { escapeXml } from './svg.js';
import { waterfallChart } from './waterfall.js';

const format = (value: number): string => `${value} <&>`;
const axes = { title: 'a "title" & <more>', valueAxis: 'v', groupAxis: 'g', format };
const value = fc.double({ min: 0, max: 1e12, noNaN: true });

function sound(svg: string): void {
  assert.equal(xmlProblem(svg), null);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
}

describe('ticks', () => {
  it('start at zero, ascend by one step and cover the greatest value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (max) => {
        const ticks = linearTicks(max);
        assert.equal(ticks[0], 0);
        assert.ok(ticks.at(-1)! >= max * (1 - 1e-9) && ticks.length >= 2 && ticks.length <= 7);
      }),
    );
    assert.deepEqual(linearTicks(0), [0, 1]);
    assert.deepEqual(linearTicks(40_000), [0, 10_000, 20_000, 30_000, 40_000]);
    assert.deepEqual(linearTicks(0.3, 3), [0, 0.1, 0.2, 0.3]);
  });

  it('of a log scale are powers of ten around the range', () => {
    assert.deepEqual(logTicks(120, 90_000), [100, 1000, 10_000, 100_000]);
    assert.deepEqual(logTicks(100, 100), [100, 1000]);
  });
});

describe('charts', () => {
  it('are well-formed for any values, none included', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), (values) => {
        sound(
          barChart(
            [{ name: 'x', bars: values.map((each) => ({ series: 's', colour: '#000', value: each })) }],
            axes,
          ),
        );
        const parts = values.map((each, index) => ({ name: `p${index}`, colour: '#000', value: each }));
        sound(stackedBarChart([{ name: 'row', parts }], axes));
        sound(
          waterfallChart(
            parts.map((part) => ({ ...part, layer: part.name })),
            axes,
          ),
        );
        for (const yScale of ['linear', 'log'] as const) {
          const points = values.map((y, x) => ({ x, y: x % 3 === 0 ? null : y }));
          const xTicks = [
            { at: 0, text: '0' },
            { at: 12, text: '12' },
          ];
          sound(
            lineChart([{ name: 'l', colour: '#000', points }], {
              ...axes,
              xAxis: 'x',
              yAxis: 'y',
              xTicks,
              yScale,
            }),
          );
        }
      }),
    );
    sound(barChart([], axes));
    sound(stackedBarChart([], axes));
  });

  it('say that a bar has no value instead of drawing none', () => {
    const svg = barChart([{ name: 'x', bars: [{ series: 's', colour: '#000', value: null }] }], axes);
    assert.match(svg, />n\/m</);
  });

  it('carry title, axes and a hover text with the value', () => {
    const svg = barChart([{ name: 'group', bars: [{ series: 'ours', colour: '#000', value: 5 }] }], axes);
    assert.ok(svg.includes('a &quot;title&quot; &amp; &lt;more&gt;'));
    assert.ok(svg.includes('<title>group, ours: 5 &lt;&amp;&gt;</title>'));
  });
});

describe('waterfall', () => {
  it('starts each step where the one before ended', () => {
    const steps = [3, 1, 6].map((each, index) => ({
      name: `s${index}`,
      layer: 'io',
      colour: '#111111',
      value: each,
    }));
    const bars = [
      ...waterfallChart(steps, axes).matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="15"/g),
    ];
    assert.equal(bars.length, 3);
    for (let index = 1; index < 3; index += 1) {
      const end = Number(bars[index - 1]![1]) + Number(bars[index - 1]![2]);
      assert.ok(Math.abs(Number(bars[index]![1]) - end) < 0.02);
    }
  });
});

describe('escapeXml', () => {
  it('leaves nothing that XML forbids', () => {
    assert.equal(escapeXml('a<b>&"\'\u0000\u001b\ufffe'), 'a&lt;b&gt;&amp;&quot;&apos;   ');
    assert.equal(escapeXml('\ud800x'), ' x');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { xmlProblem } from '../testing/xml.js';
import { type LaneBar, lanesChart } from './lanes.js';

const BARS: LaneBar[] = [
  { lane: 'client', name: 'queue <&>', group: 'client', colour: '#aaaaaa', from: 0, to: 40, pale: false },
  { lane: 'leader', name: 'fsync', group: 'io', colour: '#bb0000', from: 40, to: 100, pale: true },
];
const OPTIONS = {
  title: 'A write',
  lanes: ['client', 'leader'],
  valueAxis: 'time',
  format: (value: number) => `${value} ns`,
  marks: [{ at: 50, name: 'committed' }],
};

describe('lanesChart', () => {
  it('is well-formed, tells each bar to a pointer, and is the same every time', () => {
    const svg = lanesChart(BARS, OPTIONS);
    assert.equal(xmlProblem(svg), null);
    assert.match(svg, /queue &lt;&amp;&gt; 40 ns \(client\)/);
    assert.match(svg, /fsync 60 ns \(io, beside the path\)/);
    assert.match(svg, /committed/);
    assert.equal(svg, lanesChart(BARS, OPTIONS));
  });

  it('draws nothing, and no impossible number, when there is nothing', () => {
    assert.doesNotMatch(lanesChart([], { ...OPTIONS, marks: [] }), /NaN|Infinity/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import { Capture } from '../../results/schema/index.js';
import { madeUpPerf } from '../testing/captures/perf.js';
import { madeUpDescriptors } from '../testing/captures/syscalls.js';
import { mapNodes, mapPoints } from '../testing/change-run.js';
import { madeUpCapturedRun, madeUpPass, withCaptures, withPasses } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { assertReadable, HEADINGS, textOf } from '../testing/readable.js';
import { renderReport } from './render-report.js';

const between = (text: string, from: string, to: string): string => {
  const start = text.indexOf(from);
  assert.ok(start !== -1, from);
  return text.slice(start, text.indexOf(to, start + from.length));
};

const headingsOf = (text: string) => text.split('\n').filter((line) => /^##? /.test(line));

describe('renderReport of a run with every kind of capture', () => {
  const run = madeUpCapturedRun();
  const report = textOf(run);

  it('rests on documents that the schema takes', () => {
    const kinds = new Set<string>();
    for (const { captures } of run.points.flatMap((point) => point.passes)) {
      for (const capture of captures) {
        const result = Capture.safeParse(capture);
        assert.ok(result.success, `${capture.schema}: ${result.error?.message}`);
        kinds.add(capture.schema);
      }
    }
    assert.equal(kinds.size, Capture.options.length);
  });

  it('is readable, has every section, and refers to every picture', () => {
    assertReadable(run);
    assert.deepEqual(headingsOf(report), HEADINGS);
    const referred = [...report.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1]!).sort();
    const files = [...renderReport(run).keys()].filter((path) => path !== 'report.md');
    assert.deepEqual(referred, files.sort());
    for (const path of [
      'charts/fsync-clocks.svg',
      'flame/threads-mid-leader-node1.svg',
      'flame/heap-alloc-mid-leader-node1.svg',
    ])
      assert.ok(files.includes(path), path);
  });

  it('has rows as wide as their heads, and a source under every table', () => {
    let width = 0;
    for (const line of report.split('\n')) {
      const cells = line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : 0;
      if (width !== 0 && cells !== 0) assert.equal(cells, width, line);
      width = cells;
    }
    const rules = report.split('\n').filter((line) => /^\|(:?-+:?\|)+$/.test(line)).length;
    assert.equal(report.split('<sub>Source: ').length - 1, rules);
  });

  it('does not depend on the order of captures in a pass', () => {
    const turned = mapPoints(run, (point) => ({
      ...point,
      passes: point.passes.map(({ pass, captures }) => ({
        pass: { ...pass, captures: [...pass.captures].reverse() },
        captures: [...captures].reverse(),
      })),
    }));
    assert.equal(textOf(turned), report);
  });

  it('prints clocks of a sync that add up to the digit', () => {
    const part = between(report, '#### One sync in four clocks', '### 2.3');
    const tables = part.split('| Clock |').slice(1);
    assert.equal(tables.length, 2);
    for (const table of tables) {
      const tenths = [...table.matchAll(/^\| [^|]+ \| ([\d,]+)\.(\d) µs \|/gm)].map((match) =>
        Number(`${match[1]!.replaceAll(',', '')}${match[2]}`),
      );
      assert.equal(tenths.length, 5);
      assert.equal(
        tenths.slice(0, -1).reduce((total, value) => total + value, 0),
        tenths.at(-1),
      );
    }
    assert.match(part, /The largest clock of leader 1 is \*\*kernel without the device/);
    assert.match(part, /The trace's own effect: .*nobody watching/);
  });

  it('gives the ratio of the log alone, and locks apart from parked threads', () => {
    const part = between(report, '### 2.3', '### 2.4');
    assert.match(part, /write : fsync of the log 10\.0:1/);
    assert.match(part, /\| log \| wal \| 1,100 \|/);
    assert.match(part, /\| pool \| 2 \| 5\.30 s \| 75 \|/);
    assert.match(part, /Unattributed: 0\.12 % of the working time/);
  });

  it('says who waits and who makes them wait', () => {
    const part = between(report, '### 3.3', '### 3.4');
    assert.match(part, /\| log \| lock `append_slot` \|/);
    assert.match(part, /\| `append_slot` \| log \| `snapshot` \| 4 \| 360 ms \| 120 ms\/s \| 90\.0 % \|/);
    assert.match(part, /\| `join \(server\/runtime\/worker\.js:8\)` \| runtime \| 3 \| 12\.0 ms \|/);
    assert.match(part, /Most is lost in \*\*/);
  });

  it('fills every resource of the leader', () => {
    const part = between(report, '### Utilisation', '### Garbage');
    for (const name of ['CPU', 'event loop', 'libuv pool', 'disk', 'sockets', 'heap']) {
      assert.match(part, new RegExp(`^\\| ${name} \\|`, 'm'), name);
    }
    // Machine checks, and the rate of a loopback: nobody can measure those.
    assert.equal(part.match(/\| not measured \[\d\] /g)!.length, 2);
  });

  it('flags what no layer owns', () => {
    const flagged = textOf(withCaptures({ ...madeUpPerf(1, 'leader', 0, 90_000), probe: 'perf' }));
    assert.match(flagged, /⚠️ 8\.3 % of the CPU time belongs to no layer/);
    const calls = { ...madeUpDescriptors(1, 'leader', 200), probe: 'strace-fd' };
    assert.match(textOf(withCaptures(calls)), /⚠️ 32\.\d % of the working time belongs to no layer/);
  });
});

describe('renderReport of a run with few probes', () => {
  const inProcessOnly = (run: RunData): RunData => {
    const gaps = [
      { what: 'strace', because: 'strace is not installed (apt-get install -y strace)' },
      { what: 'perf', because: 'perf is not installed.' },
      { what: 'proc', because: 'there is no `/proc` here' },
    ];
    return {
      ...mapNodes(run, (node) => ({ ...node, proc: null })),
      run: { ...run.run, notMeasured: gaps, capabilities: [] },
    };
  };

  it('is whole without a single capture, and gives the reason in every place', () => {
    const bare = inProcessOnly(withPasses(() => []));
    assertReadable(bare);
    const report = textOf(bare);
    assert.deepEqual(headingsOf(report), HEADINGS);
    const because = (heading: string, reason: RegExp) =>
      assert.match(between(report, heading, '\n##'), reason, heading);
    because('### 2.3', /_Not measured, because strace is not installed \(apt-get/);
    because('#### Every thread', /_Not measured, because perf is not installed\._/);
    because('#### One sync', /_Not measured, because this run has no trace of syncs/);
    because('### What the kernel counts', /_Not measured, because there is no `\/proc` here\._/);
    because('### Event loop', /_Not measured, because this run has no record of the event loop\._/);
    because('#### Who waits', /- locks: _Not measured, because this run has no/);
    assert.match(report, /Did not run:\n\n- `strace`: strace is not installed/);
    assert.match(report, /No probe ran in this run/);
  });

  it('says that the run asked for none', () => {
    const run = withPasses(() => []);
    const none = {
      ...run,
      run: { ...run.run, notMeasured: [{ what: 'probes', because: 'the run asked for none' }] },
    };
    assertReadable(none);
    assert.equal(textOf(none).split('_Not measured, because the run asked for none._').length > 8, true);
  });

  it('gives what a failed probe said, and keeps its row', () => {
    const failed = madeUpPass([], { probe: 'gc', failed: 'node 2 was gone.', referencePerSecond: [] });
    const run = withPasses(() => [failed]);
    assertReadable(run);
    const report = textOf(run);
    assert.ok(report.includes('_Not measured, because gc failed: node 2 was gone._'));
    assert.match(report, /\| `gc` \| T0 \|.*not measured \[1\].*failed: node 2 was gone\./);
  });

  it('says what shared a pass, and what nodes were started with', () => {
    const shared = madeUpPass([], { probe: 'gc', sharedWith: ['pool'] });
    const own = madeUpPass([], {
      probe: 'perf',
      nodeArguments: ['--perf-basic-prof', '--interpreted-frames'],
    });
    const report = textOf(withPasses(() => [shared, own]));
    assert.match(report, /the change is that of this probe and `pool` together/);
    assert.match(report, /nodes of its own, started with `--perf-basic-prof --interpreted-frames`/);
  });

  it('calls a change noise when its own references lie farther apart', () => {
    const passes = [
      madeUpPass([], { probe: 'gc', throughputPerSecond: 97, referencePerSecond: [98, 102] }),
      madeUpPass([], { probe: 'pool', throughputPerSecond: 90, referencePerSecond: [98, 102] }),
    ];
    const report = textOf(withPasses(() => passes));
    assert.match(report, /\| -3\.0 % \(noise\) \|/);
    assert.match(report, /\| -10\.0 % \|/);
  });

  it('is readable with any one kind of capture alone, of a follower alone, and of a stranger', () => {
    const captures = madeUpCapturedRun().points.flatMap((point) =>
      point.passes.flatMap((pass) => pass.captures),
    );
    for (const capture of captures) {
      assertReadable(withCaptures(capture));
      assertReadable(withCaptures({ ...capture, node: 0, role: 'unknown' }));
    }
    assert.ok(madeUpRun().points.length > 0);
  });
});

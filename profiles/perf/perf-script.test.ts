import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PERF_SCRIPT } from '../testing/perf-script-text.js';
import { PerfScriptReader, type ScriptSample } from './perf-script.js';

interface Read {
  readonly list: ScriptSample[];
  readonly samples: number;
  readonly lost: number;
}

function read(text: string, pieceCharacters = text.length + 1): Read {
  const list: ScriptSample[] = [];
  const reader = new PerfScriptReader((sample) => list.push(sample));
  for (let at = 0; at < text.length; at += pieceCharacters) reader.push(text.slice(at, at + pieceCharacters));
  return { list, ...reader.end() };
}

const INVALID = { code: 'STRATA_PROBE_OUTPUT_INVALID' };

describe('PerfScriptReader', () => {
  it('reads what perf 6.1 prints', () => {
    const { list, samples, lost } = read(PERF_SCRIPT);
    assert.deepEqual({ samples, lost }, { samples: 4, lost: 0 });
    assert.deepEqual(
      list.map(({ tid, comm, event, period, frames }) => [tid, comm, event, period, frames.length]),
      [
        [28379, 'node', 'cpu-clock', 2004008, 18],
        [28387, 'node', 'cpu-clock', 2004008, 8],
        [28383, 'node', 'cpu-clock', 2004008, 4],
        [28379, 'node', 'cpu-clock', 2004008, 2],
      ],
    );
    assert.deepEqual(list[1]!.frames[5], {
      address: 0xfed0a,
      symbol: 'fdatasync',
      region: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    });
    assert.equal(
      list[0]!.frames[7]!.symbol,
      'v8::internal::(anonymous namespace)::HandleApiCallHelper<false>',
    );
    assert.equal(list[0]!.frames[9]!.symbol, 'JS:~ /strata/node_modules/pino/lib/levels.js:42:49');
    assert.deepEqual(list[3]!.frames[1], { address: 1, symbol: '[unknown]', region: '[unknown]' });
  });
  it('reads the same from pieces of any size', () => {
    for (const pieceCharacters of [1, 7, 100])
      assert.deepEqual(read(PERF_SCRIPT, pieceCharacters), read(PERF_SCRIPT));
  });
  it('reads what other versions print', () => {
    const { list } = read(
      '# captured on: today\n' +
        'V8 Worker 0 7/8 [001] 12.5:  1234 cpu_core/cycles/P: \n\t 55d0 main+0x1f (/opt/my node (1)/node (deleted))\n\n' +
        'libuv-worker 7/9 13.5: task-clock:u: \n    55d1 operator new (unsigned long) (/lib/libc++.so)\n' +
        'node 7/7 14.0: 1 cycles: \n',
    );
    assert.deepEqual(
      list.map(({ comm, tid, event, period }) => [comm, tid, event, period]),
      [
        ['V8 Worker 0', 8, 'cpu_core/cycles', 1234],
        ['libuv-worker', 9, 'task-clock', 0],
        ['node', 7, 'cycles', 1],
      ],
    );
    assert.deepEqual(list[0]!.frames, [{ address: 0x55d0, symbol: 'main', region: '/opt/my node (1)/node' }]);
    assert.equal(list[1]!.frames[0]!.symbol, 'operator new (unsigned long)');
    assert.deepEqual(list[2]!.frames, []);
  });
  it('counts what perf lost once, though it may be told twice', () => {
    const here =
      'node 7/7 36833.023952: PERF_RECORD_LOST lost 2\nnode 7/7 36833.03: PERF_RECORD_LOST lost 4\n';
    assert.equal(read(PERF_SCRIPT + here).lost, 6);
    assert.equal(read(`${PERF_SCRIPT + here}node 7/7 36834.0: PERF_RECORD_LOST_SAMPLES lost 6\n`).lost, 6);
  });
  it('keeps a sample that was cut off behind a whole frame', () => {
    const cut = PERF_SCRIPT.slice(0, PERF_SCRIPT.indexOf('\t           86193'));
    assert.equal(read(cut).list[0]!.frames.length, 4);
  });
  it('refuses what is no output of perf script', () => {
    assert.throws(() => read('Segmentation fault\n'), INVALID);
    assert.throws(() => read('\t  86193 a frame of no sample (/bin/x)\n'), INVALID);
    assert.throws(() => read('node 7/7 1.0: 1 cycles: \n\tno address (/bin/x)\n'), INVALID);
    assert.throws(() => read('x'.repeat(100_000)), INVALID);
    assert.throws(() => read(`node 7/7 1.0: 1 cycles: \n\t1 ${'x'.repeat(100_000)}\n`), INVALID);
  });
  it('reads nothing from nothing', () => {
    assert.deepEqual(read(''), { list: [], samples: 0, lost: 0 });
  });
  it('holds a stack to a length', () => {
    const deep = `node 7/7 1.0: 1 cycles: \n${'\t1 f (/bin/x)\n'.repeat(5_000)}\n`;
    assert.equal(read(deep).list[0]!.frames.length, 1_024);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PERF_MAP, PERF_SCRIPT } from '../testing/perf-script-text.js';
import { codeName } from './code-name.js';
import { PerfMap } from './perf-map.js';

describe('PerfMap', () => {
  it('names an address after the latest code that was there, where perf takes the longest name', () => {
    const map = new PerfMap(PERF_MAP);
    assert.equal(map.size, 6);
    assert.equal(map.nameAt(0x7faf7815edb9), 'JS:^write node:fs:821:15');
    const renamed = map.rename(PERF_SCRIPT);
    assert.match(renamed, /7faf7815edb9 JS:\^write node:fs:821:15 \(\/tmp\/perf-28379\.map\)/);
    assert.doesNotMatch(renamed, /levels\.js/);
    assert.match(renamed, /fed0a fdatasync/);
  });
  it('knows where code begins and ends', () => {
    const map = new PerfMap('1000 10 a\n2ffff 2 over two buckets\n');
    assert.deepEqual(
      [0xfff, 0x1000, 0x100f, 0x1010, 0x2ffff, 0x30000, 0x30001].map((address) => map.nameAt(address)),
      [null, 'a', 'a', null, 'over two buckets', 'over two buckets', null],
    );
  });
  it('passes over what is no line of a map', () => {
    assert.equal(new PerfMap('').size, 0);
    assert.equal(new PerfMap('zzzz 10 a\n1000 0 empty\n1000 fffffff too large\n1000\n7faf78').size, 0);
  });
});

describe('codeName', () => {
  const named = (name: string) => {
    const code = codeName(name);
    return code && [code.kind, code.frame.functionName, code.frame.url, code.frame.lineNumber + 1];
  };
  it('reads functions of any tier and version', () => {
    for (const tier of ['~', '^', '+', '*', "*'"])
      assert.deepEqual(named(`JS:${tier}send file:///x/a.js:3:9`), ['js', 'send', 'file:///x/a.js', 3]);
    assert.deepEqual(named('LazyCompile:*send /x y/a.js:3:9'), ['js', 'send', '/x y/a.js', 3]);
    assert.deepEqual(named('Function:~get size node:internal/x:3:9'), [
      'js',
      'get size',
      'node:internal/x',
      3,
    ]);
    assert.deepEqual(named('JS:*#drain file:///x/a.js:3:9'), ['js', '#drain', 'file:///x/a.js', 3]);
    assert.deepEqual(named('JS:~ node:internal/x:438:28'), ['js', '', 'node:internal/x', 438]);
    assert.deepEqual(named('Script:~ file:///x/a.js:1:1'), ['js', '(module)', 'file:///x/a.js', 1]);
    assert.deepEqual(named('JS:~'), ['js', '', '', 0]);
  });
  it('reads patterns and machine code of V8', () => {
    assert.deepEqual(named('RegExp:^\\d+$'), ['js', 'RegExp: \\d+$', '', 0]);
    assert.deepEqual(named('Builtin:ArrayMap'), ['builtin', 'ArrayMap', '', 0]);
    assert.deepEqual(named('BytecodeHandler:LdaZero'), ['builtin', 'LdaZero', '', 0]);
    assert.deepEqual(named('Stub:CEntryStub'), ['builtin', 'CEntryStub', '', 0]);
  });
  it('leaves the names of C and C++ alone', () => {
    for (const name of ['uv_run', 'node::fs::WriteBuffer', 'v8::internal::JSObject::New', ''])
      assert.equal(named(name), null);
  });
});

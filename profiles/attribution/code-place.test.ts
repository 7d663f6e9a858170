import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, projectFile } from './code-place.js';

describe('projectFile', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['file:///home/a/strata/dist/server/log/wal-writer.js', 'server/log/wal-writer.js'],
    ['file:///home/a/strata/dist/server/main.js', 'server/main.js'],
    ['file:///home/a/strata/dist/scripts/strata.js', 'scripts/strata.js'],
    ['file:///srv/server/strata/dist/server/network/http/kv.js', 'server/network/http/kv.js'],
    ['file:///srv/server/log/dist/server/network/x.js', 'server/network/x.js'],
    ['file:///tmp/x/server/consensus/raft.mjs', 'server/consensus/raft.mjs'],
    ['file:///tmp/x/server/consensus/server/helper.mjs', 'server/consensus/server/helper.mjs'],
    ['file:///tmp/a%20b/.build/me/server/config/config.js?v=1', 'server/config/config.js'],
    ['file:///tmp/100%/server/log/x.js', 'server/log/x.js'],
    ['/opt/strata/dist/server/io/sync.js', 'server/io/sync.js'],
    ['file:///opt/strata/node_modules/pino/lib/server/log/x.js', 'node_modules/pino/lib/server/log/x.js'],
    ['file:///usr/lib/node_modules/strata/dist/server/log/wal.js', 'server/log/wal.js'],
    ['file:///usr/lib/node_modules/strata/node_modules/zod/index.js', 'node_modules/zod/index.js'],
    ['file:///home/a/other/app.js', '/home/a/other/app.js'],
  ];
  for (const [url, file] of cases) it(`${url} is ${file}`, () => assert.equal(projectFile(url), file));
});

describe('placeOf', () => {
  const frame = { functionName: '', url: '', lineNumber: -1 };
  it('names anonymous and native code', () => {
    assert.deepEqual(placeOf(frame), {
      kind: 'native',
      name: '(anonymous)',
      file: '',
      line: 0,
      layer: 'unattributed',
      module: '',
    });
  });
  it('counts lines from one', () => {
    assert.equal(placeOf({ ...frame, url: 'file:///x/dist/server/log/a.js', lineNumber: 0 }).line, 1);
  });
  it('knows the package of a library, scoped or not', () => {
    const module = (url: string): string => placeOf({ ...frame, url }).module;
    assert.equal(module('file:///x/node_modules/zod/v4/core.js'), 'zod');
    assert.equal(module('file:///x/node_modules/@protobufjs/utf8/index.js'), '@protobufjs/utf8');
  });
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { scratchFolder, writeFiles } from '../testing/workload.js';
import type { CpuProfile } from './cpuprofile.js';
import { LineIndex, LineResolver } from './line-index.js';
import { findLineIndex, LINE_INDEX_NAME, separateLineNumbers } from './line-numbers.js';

const FILES = {
  'server/log/wal.js': 'export function append() {\n}\n',
  'server/io/disk.js': 'export function sync() {\n}\n',
  'server/io/disk.test.js': 'test();\n',
  'server/network/raft.proto': 'message X {}\n',
  'loadgen/main.js': 'start();\n',
};

describe('separateLineNumbers', () => {
  let folder = scratchFolder();
  afterEach(() => {
    folder.remove();
    folder = scratchFolder();
  });
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');

  it('gives each file of the server lines of its own, and changes nothing else', () => {
    writeFiles(folder.path, FILES);
    const index = separateLineNumbers(folder.path);
    assert.deepEqual(LineIndex.parse(JSON.parse(read(LINE_INDEX_NAME))), index);
    assert.deepEqual(
      index.files.map(({ file }) => file),
      ['server/io/disk.js', 'server/log/wal.js'],
    );
    const lines = new LineResolver(index);
    for (const { file } of index.files) {
      const text = read(file);
      const line = text.split('\n').findIndex((one) => one.startsWith('export function')) + 1;
      assert.equal(lines.codeAt(line)?.file, file);
      assert.equal(text.trimStart(), FILES[file as keyof typeof FILES]);
    }
    for (const name of ['server/io/disk.test.js', 'server/network/raft.proto', 'loadgen/main.js'] as const)
      assert.equal(read(name), FILES[name]);
  });
  it('gives the same when it runs again', () => {
    writeFiles(folder.path, FILES);
    const first = separateLineNumbers(folder.path);
    const text = read('server/log/wal.js');
    assert.deepEqual(separateLineNumbers(folder.path), first);
    assert.equal(read('server/log/wal.js'), text);
  });
  it('is found by a profile of that build', () => {
    writeFiles(folder.path, FILES);
    const index = separateLineNumbers(folder.path);
    const profile = (...urls: string[]): CpuProfile => ({
      nodes: urls.map((url, id) => ({ id, callFrame: { functionName: '', url, lineNumber: 0 } })),
      startTime: 0,
      endTime: 0,
      samples: [],
      timeDeltas: [],
    });
    const url = pathToFileURL(join(folder.path, 'server/log/wal.js')).href;
    assert.deepEqual(findLineIndex(profile('', 'node:fs', 'file:///nowhere/server/io/x.js', url)), index);
    assert.equal(findLineIndex(profile('node:fs')), null);
    writeFileSync(join(folder.path, LINE_INDEX_NAME), '{');
    assert.equal(findLineIndex(profile(url)), null);
  });
});

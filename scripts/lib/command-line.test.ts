import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine } from './command-line.js';

test('what needs no quotes has none', () => {
  assert.equal(
    commandLine(['sweep', '--levels', '10,100', '--duration=5s', '--target', 'http://127.0.0.1:7001']),
    'strata sweep --levels 10,100 --duration=5s --target http://127.0.0.1:7001',
  );
});

test('of an option with its value only the value is quoted', () => {
  assert.equal(commandLine(['sweep', '--out=my run', '--nodes=5']), "strata sweep --out='my run' --nodes=5");
});

test('a shell takes the words apart as they were', () => {
  const words = [
    'my run',
    '',
    "it's",
    '$HOME',
    '~',
    'a;b',
    '"',
    '\\',
    'a\nb',
    '路径',
    '*',
    '--out=a b',
    '--x=--y=$z',
  ];
  const { stdout } = spawnSync('sh', ['-c', `strata() { printf '%s\\0' "$@"; }; ${commandLine(words)}`], {
    encoding: 'utf8',
  });
  assert.deepEqual(stdout.split('\0').slice(0, -1), words);
});

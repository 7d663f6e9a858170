import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { projectRoot } from './lib/project-root.js';
import {
  checkBorders,
  checkCircles,
  checkLength,
  checkPurity,
  readSources,
  renderViolations,
  type SourceFile,
} from './structure/check-structure.js';
import { LINES_MAX, LINES_WANTED_MAX, TOP_LEVEL } from './structure/rules.js';

const FOLDERS = ['server', 'loadgen', 'profiles', 'analysis', 'scripts', 'results'];
const files = readSources(projectRoot(), FOLDERS);

test('every import stays within the borders of its room', () => {
  assert.ok(files.length > 50, `only ${files.length} source files were found`);
  assert.equal(renderViolations(checkBorders(files)), '');
});

test('consensus and state are pure: no clock, chance, timer, promise, process or console', () => {
  assert.equal(renderViolations(checkPurity(files)), '');
});

test('no circle of imports', () => {
  assert.equal(renderViolations(checkCircles(files)), '');
});

test('no file is longer than a reader can hold', (t) => {
  for (const { file, rule } of checkLength(files, LINES_WANTED_MAX)) t.diagnostic(`${file}: ${rule}`);
  assert.equal(renderViolations(checkLength(files, LINES_MAX)), '');
});

test('the top level holds the rooms and nothing else', () => {
  const strangers = readdirSync(projectRoot()).filter(
    (name) => !name.startsWith('.') && !TOP_LEVEL.includes(name) && !name.endsWith('.log'),
  );
  assert.deepEqual(strangers, []);
});

/** Planted violations: a guard that never cries is worth nothing. `[file, text, what the guard must say]`. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  [
    'server/consensus/x.ts',
    "import { a } from '../runtime/a.js';",
    'server/consensus/x.ts:1: consensus may not import runtime',
  ],
  [
    'server/consensus/x.ts',
    "\nimport fs from 'node:fs';",
    'server/consensus/x.ts:2: consensus may not import node:fs',
  ],
  ['server/consensus/x.ts', "import { z } from 'zod';", 'consensus may not import the package zod'],
  ['server/consensus/x.ts', "import type { S } from '../state/s.js';", 'consensus may not import state'],
  ['server/state/x.ts', "import type { M } from '../consensus/m.js';", 'state may not import consensus'],
  ['server/ports/x.ts', "import { M } from '../consensus/m.js';", 'ports may import only types of consensus'],
  ['server/io/x.ts', "import { w } from '../log/w.js';", 'io may not import log'],
  ['server/log/x.ts', "import { openSync } from 'node:fs';", 'log may not import node:fs'],
  ['server/log/x.ts', "import { D } from '../io/d.js';", 'log may import only types of io'],
  ['server/log/x.ts', "import { r } from '../runtime/r.js';", 'log may not import runtime'],
  ['server/network/http/x.ts', "import { l } from '../../log/l.js';", 'network may not import log'],
  [
    'server/network/x.ts',
    "import { c } from '../consensus/c.js';",
    'network may import only types of consensus',
  ],
  ['server/runtime/x.ts', "import { l } from '../log/l.js';", 'runtime may not import log'],
  ['server/runtime/x.ts', "import type { h } from '../network/h.js';", 'runtime may not import network'],
  ['server/runtime/x.ts', "import net from 'node:net';", 'runtime may not import node:net'],
  ['server/runtime/x.ts', "import { c } from './host/c.js';", 'runtime may not import runtime/host'],
  ['server/sim/x.ts', "import { m } from '../main.js';", 'sim may not import main'],
  ['server/errors.ts', "import { c } from './config/config.js';", 'errors may not import config'],
  ['loadgen/x.ts', "import { r } from '../server/consensus/raft.js';", 'loadgen may not import consensus'],
  ['loadgen/x.test.ts', "import { r } from '../server/errors.js';", 'loadgen may not import errors'],
  ['profiles/x.ts', "import { l } from '../loadgen/index.js';", 'profiles may not import loadgen'],
  ['analysis/x.ts', "export * from '../scripts/lib/plan.js';", 'analysis may not import scripts'],
  ['results/x.ts', "const late = import('../analysis/index.js');", 'results may not import analysis'],
  ['utils/x.ts', 'export {};', 'utils is not a room of this project'],
];

for (const [path, text, expected] of PLANTED) {
  test(`planted: ${expected}`, () => {
    const found = renderViolations(checkBorders([{ path, text }]));
    assert.ok(found.includes(expected), `found ${JSON.stringify(found)}`);
  });
}

for (const text of [
  'const at = new Date();',
  'const at = Date.now();',
  'const x = Math.random();',
  'setTimeout(() => {}, 1);',
  'setInterval(tick, 1);',
  'const p: Promise<void> = later;',
  'export async function f() {}',
  'const x = await f();',
  'process.exit(1);',
  "console.log('x');",
  ['const t = `', '{Date.now()}`;'].join('$'),
]) {
  test(`planted: ${text} in a pure room is found, and left alone in a test and elsewhere`, () => {
    const at = (path: string): SourceFile[] => [{ path, text }];
    assert.match(renderViolations(checkPurity(at('server/consensus/x.ts'))), /^server\/consensus\/x\.ts:1: /);
    assert.deepEqual(checkPurity(at('server/state/x.test.ts')), []);
    assert.deepEqual(checkPurity(at('server/log/x.ts')), []);
  });
}

test('planted: words in comments and strings, and names that only look like banned ones, are left alone', () => {
  const text =
    "// Date\nconst asyncWrites = 'Promise';\nnode.process(message);\nconst update = { fetch: 1 };\n";
  assert.deepEqual(checkPurity([{ path: 'server/consensus/x.ts', text }]), []);
});

test('planted: a circle of three is found once and named in full, a circle through types is none', () => {
  const circle = [
    { path: 'analysis/a.ts', text: "import { b } from './b.js';" },
    { path: 'analysis/b.ts', text: "import { c } from './sub/c.js';" },
    { path: 'analysis/sub/c.ts', text: "\nexport { a } from '../a.js';" },
  ];
  assert.equal(
    renderViolations(checkCircles(circle)),
    'analysis/sub/c.ts:2: import circle: analysis/a.ts -> analysis/b.ts -> analysis/sub/c.ts -> analysis/a.ts',
  );
  const typed = [
    ...circle.slice(0, 2),
    { path: 'analysis/sub/c.ts', text: "import type { a } from '../a.js';" },
  ];
  assert.deepEqual(checkCircles(typed), []);
});

test('planted: a file that is too long is found', () => {
  const long = { path: 'analysis/long.ts', text: 'x\n'.repeat(301) };
  assert.equal(
    renderViolations(checkLength([long], 300)),
    'analysis/long.ts:301: 301 lines; the limit is 300',
  );
});

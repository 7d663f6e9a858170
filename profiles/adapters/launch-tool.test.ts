import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from '../../results/run-directory.js';
import { ToolCapture } from '../../results/schema/index.js';
import { zeroXProbe } from '../probes/0x.js';
import { clinicBubbleprofProbe } from '../probes/clinic-bubbleprof.js';
import { clinicDoctorProbe } from '../probes/clinic-doctor.js';
import { clinicFlameProbe } from '../probes/clinic-flame.js';
import { scratchFolder, writeFiles } from '../testing/workload.js';
import { checkTool, ZERO_X } from './tool-package.js';

/**
 * A package with the interface of 0x and a recipe of its own: what is tested with it is how a tool is driven. The real ones are tested further down,
 * where they are installed.
 */
function standIn(main: string): Readonly<Record<string, string>> {
  return {
    'node_modules/0x/package.json': '{"name":"0x","version":"6.0.0","main":"index.js"}',
    'node_modules/0x/index.js': main,
  };
}

const OBEDIENT = `
    const { spawn } = require('child_process');
    const fs = require('fs');
    module.exports = ({ argv, pathToNodeBinary, workingDir, outputHtml, onProcessExit }) => new Promise((resolve) => {
      console.log('tools print'); fs.writeFileSync('left-over.log', 'x');
      const program = spawn(pathToNodeBinary, ['--logfile=./never.log', ...argv], { stdio: 'ignore' });
      process.on('SIGINT', () => {});
      program.on('exit', () => {
        onProcessExit(0);
        const seen = { cwd: process.cwd(), workingDir, insight: process.env.NO_INSIGHT, notifier: process.env.NO_UPDATE_NOTIFIER };
        fs.writeFileSync(outputHtml, JSON.stringify(seen) + ' '.repeat(20000));
        resolve('file://' + outputHtml);
      });
    });
  `;

const PROGRAM = {
  'app.mjs': `
    import fs from 'node:fs';
    fs.writeFileSync('seen.txt', process.cwd() + ' ' + process.pid);
    process.on('SIGINT', () => process.exit());
    setInterval(() => {}, 1000);
  `,
};

interface Scene {
  readonly cwd: string;
  readonly directory: string;
}

function scene(t: TestContext, tool: string | null): Scene {
  const folder = scratchFolder();
  t.after(folder.remove);
  writeFiles(folder.path, { 'pass/.keep': '', ...(tool === null ? {} : standIn(tool)) });
  writeFiles(join(folder.path, 'home'), PROGRAM);
  const before = process.env.STRATA_TOOLS_DIR;
  process.env.STRATA_TOOLS_DIR = folder.path;
  t.after(() => {
    if (before === undefined) delete process.env.STRATA_TOOLS_DIR;
    else process.env.STRATA_TOOLS_DIR = before;
  });
  return { cwd: join(folder.path, 'home'), directory: join(folder.path, 'pass') };
}

function launch({ cwd, directory }: Scene, signal = new AbortController().signal, seconds = 600) {
  return zeroXProbe.launch!({ command: ['node', 'app.mjs'], cwd, seconds, signal }, directory);
}

/** When the program is at work. */
async function seen({ cwd }: Scene): Promise<string[]> {
  const path = join(cwd, 'seen.txt');
  for (let tries = 0; tries < 1_000 && !existsSync(path); tries++) await sleep(20);
  await sleep(100);
  return readFileSync(path, 'utf8').split(' ');
}

test('a launched tool works in the pass folder, offline and quiet, while its program runs where the user stands', async (t) => {
  const place = scene(t, OBEDIENT);
  const interrupt = new AbortController();
  const launched = launch(place, interrupt.signal);
  const [programDirectory, pid] = await seen(place);
  assert.equal(programDirectory, place.cwd);
  interrupt.abort();
  const capture = readDocument(join(place.directory, await launched), ToolCapture);
  assert.deepEqual(
    [capture.tool, capture.version, capture.pid, capture.files.map(({ name }) => name)],
    ['0x', '6.0.0', Number(pid), ['0x.html']],
  );
  const page = JSON.parse(readFileSync(join(place.directory, '0x.html'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(page, {
    cwd: place.directory,
    workingDir: place.directory,
    insight: '1',
    notifier: '1',
  });
  // What the tool left beside its page is gone, in the user's folder there never was anything.
  assert.deepEqual(readdirSync(place.directory).sort(), ['0x.html', '0x.json']);
  assert.deepEqual(readdirSync(place.cwd).sort(), ['app.mjs', 'seen.txt']);
  assert.equal(existsSync(`/proc/${pid}`), false);
});

test('the planned time ends the program', async (t) => {
  const place = scene(t, OBEDIENT);
  assert.equal(await launch(place, undefined, 2), '0x.json');
});

for (const [what, main, sentence] of [
  ['throws', "module.exports = async () => { throw new Error('no ticks'); };", /0x failed: no ticks/],
  [
    'dies',
    "module.exports = () => { process.kill(process.pid, 'SIGKILL'); };",
    /ended by SIGKILL before its page/,
  ],
  [
    'leaves an empty page',
    "module.exports = async ({ outputHtml }) => require('fs').writeFileSync(outputHtml, '<html>');",
    /page of 6 bytes, which shows nothing/,
  ],
] as const) {
  test(`a tool that ${what} is an error with a reason`, async (t) => {
    await assert.rejects(launch(scene(t, main)), { code: 'STRATA_PROBE_FAILED', message: sentence });
  });
}

test('a tool of another version, and a program that is not Node.js, are refused with what to do', async (t) => {
  const place = scene(t, OBEDIENT);
  await assert.rejects(
    zeroXProbe.launch!(
      { ...place, command: ['sh', 'x'], seconds: 1, signal: new AbortController().signal },
      place.directory,
    ),
    /name the program as node app\.js/,
  );
  writeFiles(join(place.directory, '..'), { 'node_modules/0x/package.json': '{"version":"5.8.0"}' });
  await assert.rejects(
    launch(place),
    /5\.8\.0 is installed, 6 is needed\. Install it with: npm install --no-save 0x@6/,
  );
});

test('what has to start the process itself says so to one that runs', async () => {
  for (const probe of [clinicDoctorProbe, clinicFlameProbe, clinicBubbleprofProbe]) {
    const target = { node: 0, role: 'unknown', pid: 1, url: null } as const;
    await assert.rejects(
      probe.start(target, '/nonexistent'),
      /strata profile --probes clinic-\w+ -- node app\.js/,
    );
    assert.equal(probe.byDefault, false);
  }
});

test('0x itself draws a program that it starts', { skip: skipUnless() }, async (t) => {
  const folder = scratchFolder();
  t.after(folder.remove);
  writeFiles(folder.path, {
    'burn.js':
      'function burnHere() { let x = 1; for (let i = 0; i < 2e6; i++) x = (x * 48271) % 2147483647; return x; }\nsetInterval(burnHere, 5);',
    'pass/.keep': '',
  });
  const directory = join(folder.path, 'pass');
  // V8 tells the time of an inlined function as its caller's.
  const command = ['node', '--no-turbo-inlining', '--no-use-osr', 'burn.js'];
  const signal = new AbortController().signal;
  await zeroXProbe.launch!({ command, cwd: folder.path, seconds: 4, signal }, directory);
  assert.match(readFileSync(join(directory, '0x.html'), 'utf8'), /burnHere/);
});

function skipUnless(): string | false {
  const { available, detail } = checkTool(ZERO_X);
  return available ? false : detail;
}

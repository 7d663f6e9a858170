import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Arm, runInTurns } from './turns.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-turns-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A checkout whose `strata` only notes when it was called: what takes turns is not what is tested here. */
function fakeBuild(t: TestContext, body: string): string {
  const root = temporary(t);
  mkdirSync(join(root, 'dist', 'scripts'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'dist', 'scripts', 'strata.js'), body);
  return root;
}

/** The last argument is the folder of the run. */
const LEAVES_A_RUN =
  'import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync(process.argv.at(-1), { recursive: true }); writeFileSync(process.argv.at(-1) + "/run.json", "");';

const QUIET = { note: () => {}, status: () => {} };

function turns(
  arms: readonly Arm[],
  out: string,
  more: { times?: number; secondsMax?: number; signal?: AbortSignal } = {},
) {
  const command = ['sweep', '--quick'];
  return runInTurns({
    times: 1,
    secondsMax: 60,
    signal: new AbortController().signal,
    ...more,
    arms,
    out,
    command,
    progress: QUIET,
  });
}

test('builds take turns, every other round backwards, each with its own environment', async (t) => {
  const note =
    'import { appendFileSync } from "node:fs"; appendFileSync(process.env.TURNS, [process.env.ARM, ...process.argv.slice(2)].join(" ") + "\\n");';
  const root = fakeBuild(t, `${LEAVES_A_RUN} ${note}`);
  const [out, noted] = [join(temporary(t), 'out'), join(temporary(t), 'turns')];
  const arms = ['a', 'b'].map((name) => ({ name, root, environment: { ARM: name, TURNS: noted } }));
  assert.deepEqual(await turns(arms, out, { times: 3 }), [join(out, 'a'), join(out, 'b')]);
  const expected = ['a/01', 'b/01', 'b/02', 'a/02', 'a/03', 'b/03'];
  assert.deepEqual(
    readFileSync(noted, 'utf8').trim().split('\n'),
    expected.map((run) => `${run[0]} sweep --quick --out ${join(out, run)}`),
  );
});

test('a run that fails or takes too long ends the turns with its own sentence; a finding does not', async (t) => {
  const broken = fakeBuild(t, 'console.error("strata: No disk. (STRATA_DISK)"); process.exitCode = 4;');
  const out = (name: string): string => join(temporary(t), name);
  await assert.rejects(turns([{ name: 'a', root: broken }], out('x')), {
    code: 'STRATA_TURN_FAILED',
    message: 'Run 1 of a ended with exit code 4: strata: No disk. (STRATA_DISK)',
  });
  const late = fakeBuild(t, 'setTimeout(() => {}, 60_000);');
  await assert.rejects(
    turns([{ name: 'a', root: late }], out('y'), { secondsMax: 0.3 }),
    /took longer than 0\.3 s/,
  );
  const finding = fakeBuild(t, `${LEAVES_A_RUN} process.exitCode = 1;`);
  await turns([{ name: 'a', root: finding }], out('z'), { times: 2 });
  const crashed = fakeBuild(t, 'throw new Error("cannot begin");');
  await assert.rejects(
    turns([{ name: 'a', root: crashed }], out('w')),
    /ended with exit code 1: Error: cannot begin/,
  );
});

test('an interruption stops the run that is under way', async (t) => {
  const late = fakeBuild(t, 'setTimeout(() => {}, 60_000);');
  const controller = new AbortController();
  const running = turns([{ name: 'a', root: late }], join(temporary(t), 'out'), {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(new Error('stopped by hand')), 300);
  await assert.rejects(running, /stopped by hand/);
});

test('arms that cannot run are refused before anything does', async (t) => {
  const root = fakeBuild(t, '');
  const out = join(temporary(t), 'out');
  await assert.rejects(turns([{ name: '../a', root }], out), /no name of an arm/);
  await assert.rejects(
    turns(
      [
        { name: 'a', root },
        { name: 'a', root },
      ],
      out,
    ),
    /Two arms have one name/,
  );
  await assert.rejects(turns([{ name: 'a', root: '/nowhere' }], out), /npm run build/);
  await assert.rejects(turns([{ name: 'a', root }], root), /is not empty/);
});

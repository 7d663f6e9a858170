import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { checkRunDirectory } from './check-run-directory.js';
import { writeMinimalRun } from './testing/minimal-run.js';

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function minimalRun(): string {
  const directory = writeMinimalRun();
  made.push(directory);
  return directory;
}

/** Problems after one change to the document at `path`. */
function problemsAfter(path: string, change: (document: Record<string, unknown>) => void): readonly string[] {
  const directory = minimalRun();
  const file = join(directory, path);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  change(document);
  writeFileSync(file, JSON.stringify(document));
  const result = checkRunDirectory(directory);
  assert.equal(result.ok, result.problems.length === 0);
  return result.problems;
}

describe('checkRunDirectory', () => {
  it('finds nothing in a sound run', () => {
    assert.deepEqual(checkRunDirectory(minimalRun()), { ok: true, problems: [] });
  });

  it('says what a directory without a run lacks', () => {
    const result = checkRunDirectory(join(minimalRun(), 'points'));
    assert.equal(result.ok, false);
    assert.match(result.problems.join(), /run\.json cannot be read/);
  });

  it('gives every problem, not the first only', () => {
    const directory = minimalRun();
    rmSync(join(directory, 'points', 'low', 'summary.json'));
    writeFileSync(join(directory, 'points', 'low', 'nodes', '1.json'), '{}');
    writeFileSync(join(directory, 'baseline.json'), '[]');
    const { problems } = checkRunDirectory(directory);
    assert.equal(problems.length, 3);
    assert.match(problems.join('\n'), /baseline\.json[\s\S]*summary\.json[\s\S]*1\.json/);
  });

  it('finds a verdict on a history that is not there, or that lies elsewhere', () => {
    const check = (file: string) => ({
      file,
      model: 'register',
      keys: 1,
      operations: 1,
      reads: 1,
      writes: 0,
      ok: 1,
      failed: 0,
      unknown: 0,
      operationsMax: 64,
      limitReached: false,
      verdict: 'linearizable',
      because: null,
      counterexample: null,
      checkSeconds: 0,
    });
    const problemsOf = (file: string) =>
      problemsAfter('points/low/summary.json', (summary) => {
        summary.history = check(file);
      }).join();
    assert.match(problemsOf('history.jsonl'), /field history: history\.jsonl does not exist/);
    assert.match(problemsOf('../history.jsonl'), /leads out of the point/);
  });

  it('finds points and passes that only one side knows', () => {
    const directory = minimalRun();
    mkdirSync(join(directory, 'points', 'extra'));
    mkdirSync(join(directory, 'points', 'low', 'passes', 'other'));
    rmSync(join(directory, 'points', 'low', 'passes', 'strace'), { recursive: true });
    const text = checkRunDirectory(directory).problems.join('\n');
    assert.match(text, /extra is not a point of run\.json/);
    assert.match(text, /other is not a pass of run\.json/);
    assert.match(text, /strace.pass\.json cannot be read/);
  });

  it('finds two points of one name, and a run without a point', () => {
    const twice = problemsAfter('run.json', (run) => {
      (run.points as unknown[]).push((run.points as unknown[])[0]);
    });
    assert.match(twice.join(), /two points are called low/);
    const none = problemsAfter('run.json', (run) => {
      run.points = [];
    });
    assert.match(none.join(), /at least one point/);
  });

  it('finds a node under the name of another', () => {
    const directory = minimalRun();
    const nodes = join(directory, 'points', 'low', 'nodes');
    cpSync(join(nodes, '1.json'), join(nodes, '2.json'));
    assert.match(
      checkRunDirectory(directory).problems.join(),
      /field node is 1, and the file is called 2\.json/,
    );
  });

  it('finds captures and raw files that are gone, unreadable, foreign or outside', () => {
    const capture = 'points/low/passes/strace/node-1.json';
    const raw = problemsAfter(capture, (document) => {
      document.raw = ['trace.txt', '../../secret'];
    });
    assert.equal(raw.length, 2);
    assert.match(raw.join('\n'), /trace\.txt does not exist[\s\S]*secret leads out/);
    const foreign = problemsAfter(capture, (document) => {
      document.schema = 'other/1';
    });
    assert.match(foreign.join(), /field schema is "other\/1"/);
    const outside = problemsAfter('points/low/passes/strace/pass.json', (document) => {
      document.captures = ['../cpu-profile/node-1.json'];
    });
    assert.match(outside.join(), /leads out of the pass/);
    const gone = problemsAfter('points/low/passes/strace/pass.json', (document) => {
      document.captures = ['node-9.json'];
    });
    assert.match(gone.join(), /node-9\.json cannot be read as JSON/);
  });
});

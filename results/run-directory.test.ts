import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { capturesOf, RunDirectoryError, readRunDirectory, writeDocument } from './run-directory.js';
import { NodeWindow } from './schema/index.js';
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

/** Changes one document as a damaged or foreign run would have it. */
function edit(path: string, change: (document: Record<string, unknown>) => void): void {
  const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(document);
  writeFileSync(path, JSON.stringify(document));
}

function failure(directory: string): string {
  try {
    readRunDirectory(directory);
  } catch (error) {
    assert.ok(error instanceof RunDirectoryError);
    assert.equal(error.code, 'STRATA_RUN_INVALID');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the run was read' });
}

describe('readRunDirectory', () => {
  it('reads points, nodes and the captures of every pass, and null for what is optional', () => {
    const data = readRunDirectory(minimalRun());
    const point = data.points[0]!;
    assert.equal(data.baseline, null);
    assert.equal(point.stages, null);
    assert.equal(point.durability, null);
    assert.deepEqual(
      point.nodes.map((node) => node.node),
      [1],
    );
    assert.deepEqual(
      point.passes.map((pass) => [
        capturesOf(pass, 'strata.cpu/1').length,
        capturesOf(pass, 'strata.syscalls/1').length,
      ]),
      [
        [1, 0],
        [0, 1],
      ],
    );
  });

  it('reads a copy in another place to the same data', () => {
    const original = minimalRun();
    const copy = mkdtempSync(join(tmpdir(), 'strata-run-'));
    made.push(copy);
    cpSync(original, copy, { recursive: true });
    assert.deepEqual(readRunDirectory(copy), readRunDirectory(original));
  });

  it('reads nodes in the order of their names', () => {
    const directory = minimalRun();
    const nodes = join(directory, 'points', 'low', 'nodes');
    const first = JSON.parse(readFileSync(join(nodes, '1.json'), 'utf8')) as NodeWindow;
    for (const node of [3, 2]) writeDocument(join(nodes, `${node}.json`), NodeWindow, { ...first, node });
    assert.deepEqual(
      readRunDirectory(directory).points[0]!.nodes.map((node) => node.node),
      [1, 2, 3],
    );
  });

  it('names file and field of a value that is not as the schema says', () => {
    const directory = minimalRun();
    const path = join(directory, 'points', 'low', 'summary.json');
    edit(path, (document) => {
      (document.operations as Record<string, unknown>).total = 'many';
    });
    const message = failure(directory);
    assert.ok(message.includes(path), message);
    assert.ok(message.includes('operations.total'), message);
  });

  it('refuses a field that the schema does not know', () => {
    const directory = minimalRun();
    edit(join(directory, 'run.json'), (document) => {
      document.surprise = 1;
    });
    assert.match(failure(directory), /run\.json.*surprise/);
  });

  it('refuses another schema version', () => {
    const directory = minimalRun();
    edit(join(directory, 'run.json'), (document) => {
      document.schema = 'strata.run/2';
    });
    assert.match(failure(directory), /run\.json: field schema/);
  });

  it('names the file that is missing or not JSON', () => {
    const directory = minimalRun();
    rmSync(join(directory, 'points', 'low', 'summary.json'));
    assert.match(failure(directory), /summary\.json cannot be read/);
    const other = minimalRun();
    writeFileSync(join(other, 'run.json'), '{');
    assert.match(failure(other), /run\.json is not JSON/);
  });

  it('refuses a capture of a kind that it does not read', () => {
    const directory = minimalRun();
    const path = join(directory, 'points', 'low', 'passes', 'strace', 'node-1.json');
    edit(path, (document) => {
      document.schema = 'strata.elsewhere/1';
    });
    assert.match(failure(directory), /node-1\.json: field schema is "strata\.elsewhere\/1"/);
  });

  it('does not follow names that lead out of the run', () => {
    for (const name of ['../../../run.json', '/etc/hostname', '..\\x', '']) {
      const directory = minimalRun();
      edit(join(directory, 'points', 'low', 'passes', 'strace', 'pass.json'), (document) => {
        document.captures = [name];
      });
      assert.match(failure(directory), /leads out of the pass/);
    }
    const directory = minimalRun();
    edit(join(directory, 'run.json'), (document) => {
      (document.points as { passes: string[] }[])[0]!.passes = ['../low/passes/strace'];
    });
    assert.match(failure(directory), /leads out of the point/);
  });
});

describe('writeDocument', () => {
  it('writes nothing that it could not read again', () => {
    const path = join(minimalRun(), 'points', 'low', 'nodes', '2.json');
    assert.throws(
      () => writeDocument(path, NodeWindow, { schema: 'strata.node/1' } as never),
      (error: Error) => error instanceof RunDirectoryError && error.message.includes(path),
    );
    assert.throws(() => readFileSync(path), /ENOENT/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declarationsOf, LineResolver } from './line-index.js';

describe('LineResolver', () => {
  const declarations = [
    { line: 2, name: 'a' },
    { line: 5, name: 'b' },
  ];
  const lines = new LineResolver({
    schema: 'strata.lines/1',
    files: [
      { file: 'server/log/y.js', shift: 110, lines: 10, declarations: [] },
      { file: 'server/io/x.js', shift: 100, lines: 10, declarations },
    ],
  });
  it('finds the file and the declaration around a line', () => {
    const at = (line: number): string | null => {
      const code = lines.codeAt(line);
      return code && `${code.file} ${code.name}:${code.line}`;
    };
    assert.equal(at(100), null);
    assert.equal(at(101), 'server/io/x.js (module):1');
    assert.equal(at(102), 'server/io/x.js a:2');
    assert.equal(at(104), 'server/io/x.js a:2');
    assert.equal(at(110), 'server/io/x.js b:5');
    assert.equal(at(111), 'server/log/y.js (module):1');
    assert.equal(at(121), null);
    assert.equal(at(0), null);
  });
  it('gives a line back as it was', () => {
    assert.equal(lines.ownLine('server/io/x.js', 105), 5);
    assert.equal(lines.ownLine('server/io/x.js', 1), 1);
    assert.equal(lines.ownLine('server/state/z.js', 105), 105);
  });
});

describe('declarationsOf', () => {
  it('finds what the compiler writes, and no statement', () => {
    const source = `import x from 'x';
export async function save(a) {
    if (a) {
    }
}
function* each() { }
export const twice = (n) => n * 2;
const LIMIT = 5;
export class Wal extends Base {
    #size = 0;
    constructor(size) {
        for (const x of size) {
        }
    }
    get size() {
        return this.#size;
    }
    static async open(path, { mode = 1 }) {
        while (true) {
        }
    }
    #grow() {
        inner(function named() {
        });
    }
}`;
    assert.deepEqual(
      declarationsOf(source).map(({ line, name }) => `${line} ${name}`),
      ['2 save', '6 each', '7 twice', '9 Wal', '11 constructor', '15 size', '18 open', '22 #grow'],
    );
  });
});

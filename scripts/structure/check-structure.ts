import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { BANNED, BORDERS, type Border, borderOfTest, PURE_ROOMS, VOCABULARY } from './rules.js';
import { findImports, type ImportFound, lineAt, maskSource } from './source-scan.js';

export interface SourceFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => listSources(join(root, folder)))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

/** Run directories are data: they are not looked into, and a run under way may take them away meanwhile. */
function listSources(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  if (entries.some(({ name }) => name === 'run.json')) return [];
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return listSources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/** The room of a file: its folder at the top, within the server the folder below. */
export function roomOf(path: string): string {
  const [top, second, third] = path.split('/') as [string, string?, string?];
  if (top !== 'server' || second === undefined) return top;
  const inner = `${second}/${third}`;
  return BORDERS[inner] === undefined ? second.replace(/\.ts$/, '') : inner;
}

export function checkBorders(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    const border = isTest(file.path) ? borderOfTest(room) : BORDERS[room];
    if (border === undefined) return [violation(file.path, 1, `${room} is not a room of this project`)];
    return findImports(file.text).flatMap((found) => {
      const rule = brokenRule(file.path, room, border, found);
      return rule === null ? [] : [violation(file.path, found.line, rule)];
    });
  });
}

function brokenRule(path: string, room: string, border: Border, found: ImportFound): string | null {
  const { specifier, typeOnly } = found;
  if (specifier.startsWith('node:'))
    return allows(border.node, specifier) ? null : `${room} may not import ${specifier}`;
  if (!specifier.startsWith('.')) {
    const name = packageName(specifier);
    return allows(border.packages, name) ? null : `${room} may not import the package ${name}`;
  }
  const target = resolveImport(path, specifier);
  const other = roomOf(target);
  if (other === room || border.values.includes(other)) return null;
  if (!border.types.includes(other)) return `${room} may not import ${other} (${target})`;
  return typeOnly || VOCABULARY.includes(target)
    ? null
    : `${room} may import only types of ${other} (${target}): write \`import type\``;
}

function allows(allowed: 'all' | readonly string[], name: string): boolean {
  return allowed === 'all' || allowed.some((one) => name === one || name.startsWith(`${one}/`));
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The source file that an import means; `.js` stands for `.ts`. */
function resolveImport(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
}

export function checkPurity(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => PURE_ROOMS.includes(roomOf(file.path)) && !isTest(file.path))
    .flatMap((file) => {
      const masked = maskSource(file.text);
      return BANNED.flatMap(({ word, name, instead }) =>
        [...masked.matchAll(word)].map((match) =>
          violation(
            file.path,
            lineAt(file.text, match.index),
            `${name} in a pure room (${roomOf(file.path)}): ${instead}`,
          ),
        ),
      );
    });
}

/** Circles of value imports, each as one violation that names the way round. Types are gone at run time and may point back. */
export function checkCircles(files: readonly SourceFile[]): Violation[] {
  const edges = new Map(files.map((file) => [file.path, valueImports(file)]));
  const state = new Map<string, 'open' | 'done'>();
  const violations: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    state.set(path, 'open');
    for (const { target, line } of edges.get(path) ?? []) {
      if (state.get(target) === 'open') {
        const circle = [...trail, path].slice([...trail, path].indexOf(target));
        violations.push(violation(path, line, `import circle: ${[...circle, target].join(' -> ')}`));
      } else if (!state.has(target)) visit(target, [...trail, path]);
    }
    state.set(path, 'done');
  };
  for (const path of edges.keys()) if (!state.has(path)) visit(path, []);
  return violations;
}

function valueImports({ path, text }: SourceFile): { target: string; line: number }[] {
  return findImports(text)
    .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
    .map(({ specifier, line }) => ({ target: resolveImport(path, specifier), line }));
}

export function checkLength(files: readonly SourceFile[], max: number): Violation[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines > max ? [violation(path, lines, `${lines} lines; the limit is ${max}`)] : [];
  });
}

/** Tests, and the folders of helpers that only tests use. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/');
}

export function renderViolations(violations: readonly Violation[]): string {
  return violations.map(({ file, line, rule }) => `${file}:${line}: ${rule}`).join('\n');
}

function violation(file: string, line: number, rule: string): Violation {
  return { file, line, rule };
}

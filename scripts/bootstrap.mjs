#!/usr/bin/env node
/**
 * The way in from a fresh clone: plain JavaScript, no dependency, so that it runs before anything is installed.
 *   node scripts/bootstrap.mjs setup | build | test [words…] | perf [options of `strata sweep`…]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_OLDEST = [20, 19];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE_FOLDERS = ['server', 'loadgen', 'profiles', 'analysis', 'scripts', 'results'];
/** Files that the compiler does not carry over and the built code may read. */
const ASSET_PATTERN = /\.(?:proto|css|html|svg|txt|json|jsonl|hlog|golden|js|mjs|cjs|d\.ts)$/;
const TEST_TIMEOUT_MS = 300_000;

const EXIT = { failed: 1, usage: 2, environment: 4 };

async function main() {
  requireNode();
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'setup') setup();
  else if (command === 'build') {
    setup();
    await build(optionValue(rest, '--out') ?? 'dist');
  } else if (command === 'test') {
    setup();
    await build('dist');
    test(rest);
  } else if (command === 'perf') {
    setup();
    await build('dist');
    perf(rest);
  } else {
    fail(`there is no command ${command ?? '(none)'}; use setup, build, test or perf`, EXIT.usage);
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1])) return;
  fail(
    `this is Node ${process.versions.node}, Strata needs ${NODE_OLDEST.join('.')} or newer; get one from https://nodejs.org`,
    EXIT.environment,
  );
}

/** Installs when node_modules is missing, or was made from another lock file or by another Node. */
function setup() {
  const stampPath = join(ROOT, 'node_modules', '.strata-stamp');
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const stamp = `${createHash('sha256').update(lock).digest('hex')} ${process.version}\n`;
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  if (!installedMatches(JSON.parse(lock))) {
    note('installing dependencies');
    const options = ['--include=dev', '--no-audit', '--no-fund'];
    // A registry that lacks packages for other platforms makes `ci` refuse; `install` takes the same versions and skips those.
    if (npm(['ci', ...options]).status !== 0 && npm(['install', '--no-save', ...options]).status !== 0) {
      fail(
        'npm could not install; its own message stands above. Is the package registry reachable?',
        EXIT.environment,
      );
    }
  }
  writeFileSync(stampPath, stamp);
}

/** True when somebody has installed exactly what the lock file says, by whatever command: nothing to do then. */
function installedMatches(lock) {
  const installedPath = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages ?? {};
  return Object.entries(lock.packages ?? {}).every(
    ([path, entry]) =>
      path === '' ||
      (installed[path] === undefined
        ? entry.optional === true
        : installed[path].version === entry.version && existsSync(join(ROOT, path, 'package.json'))),
  );
}

function npm(args) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /\.[cm]?js$/.test(cli)
    ? spawnSync(process.execPath, [cli, ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
}

async function build(out) {
  const outDir = resolve(ROOT, out);
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [compiler, '-p', '.', '--outDir', outDir], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) fail('the sources do not compile; the messages stand above', EXIT.failed);
  removeStale(outDir, outDir);
  for (const folder of SOURCE_FOLDERS) copyAssets(join(ROOT, folder), join(outDir, folder));
  // V8 reports a sample in an inlined function with the file of its caller and the line of its own: only lines that
  // occur once in the whole build tell which layer it was.
  const { separateLineNumbers } = await import(
    pathToFileURL(join(outDir, 'profiles', 'attribution', 'line-numbers.js')).href
  );
  separateLineNumbers(outDir);
}

/** A compiled file whose source is gone would still be imported, and its test still run. */
function removeStale(outDir, directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      removeStale(outDir, path);
      if (readdirSync(path).length === 0) rmdirSync(path);
    } else if (!hasSource(join(ROOT, relative(outDir, path)))) {
      rmSync(path);
    }
  }
}

function hasSource(path) {
  return (
    path === join(ROOT, 'line-index.json') ||
    existsSync(path) ||
    (path.endsWith('.js') && existsSync(`${path.slice(0, -3)}.ts`))
  );
}

function copyAssets(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      // Run directories are data, not code.
      if (!existsSync(join(source, 'run.json'))) copyAssets(source, target);
    } else if (ASSET_PATTERN.test(entry.name) && source !== fileURLToPath(import.meta.url)) {
      if (existsSync(target) && statSync(target).mtimeMs >= statSync(source).mtimeMs) continue;
      mkdirSync(to, { recursive: true });
      cpSync(source, target);
    }
  }
}

/** `words` keep the test files whose path holds one of them; without words the style check runs too. */
function test(words) {
  const filters = words.filter((word) => !word.startsWith('-'));
  const options = words.filter((word) => word.startsWith('-'));
  const files = listTests(join(ROOT, 'dist')).filter(
    (file) => filters.length === 0 || filters.some((word) => file.includes(word)),
  );
  if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`, EXIT.usage);
  const style = filters.length > 0 || styleIsClean();
  // End-to-end tests start clusters of their own and mostly wait: for elections, time-outs, processes that start. More than two side by side would
  // starve each other of the CPU.
  const whole = files.filter((file) => file.includes('/e2e/'));
  const small = files.filter((file) => !file.includes('/e2e/'));
  const passed = [
    runTests(small, availableParallelism(), options),
    runTests(whole, Math.min(2, availableParallelism()), options),
  ];
  if (!style) process.stderr.write('strata: the style check failed; `npm run format` repairs most of it\n');
  if (!style || passed.includes(false)) process.exit(EXIT.failed);
}

function styleIsClean() {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  note('style check');
  return (
    spawnSync(process.execPath, [biome, 'check', '.'], { cwd: ROOT, stdio: ['ignore', 1, 2] }).status === 0
  );
}

function runTests(files, concurrency, options) {
  if (files.length === 0) return true;
  note(`${files.length} test files, ${concurrency} at a time`);
  const args = ['--test', `--test-concurrency=${concurrency}`, `--test-timeout=${TEST_TIMEOUT_MS}`];
  if (!options.some((option) => option.startsWith('--test-reporter'))) args.push('--test-reporter=spec');
  return (
    spawnSync(process.execPath, [...args, ...options, ...files], { cwd: ROOT, stdio: 'inherit' }).status === 0
  );
}

function listTests(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? listTests(path) : entry.name.endsWith('.test.js') ? [path] : [];
    })
    .sort();
}

function perf(args) {
  const cli = join(ROOT, 'dist', 'scripts', 'strata.js');
  const mode = args.includes('--full') || args.includes('--quick') ? [] : ['--quick'];
  const child = spawn(process.execPath, [cli, 'sweep', ...mode, '--with-fsync', ...args], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; the sweep stops its cluster first, so this process waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? EXIT.failed));
}

function optionValue(args, name) {
  const at = args.indexOf(name);
  if (at === -1) return undefined;
  if (args[at + 1] === undefined) fail(`${name} needs a value`, EXIT.usage);
  return args[at + 1];
}

function note(text) {
  process.stderr.write(`strata: ${text}\n`);
}

function fail(sentence, code) {
  process.stderr.write(`strata: ${sentence}\n`);
  process.exit(code);
}

await main();

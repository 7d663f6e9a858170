import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import test from 'node:test';
import { splitCommand } from './profile-launch.js';
import { describeCommand, isNode, isNodeName } from './profile-process.js';
import { holdsListener } from './profile-target.js';

test('a command line is split into words as a shell would, and nothing else of a shell happens', () => {
  assert.deepEqual(splitCommand('  node app.js --port  3000 '), ['node', 'app.js', '--port', '3000']);
  assert.deepEqual(splitCommand(`node "my app.js" 'a "b"' c\\ d "e\\"f" ''`), [
    'node',
    'my app.js',
    'a "b"',
    'c d',
    'e"f',
    '',
  ]);
  assert.deepEqual(splitCommand('node $HOME;ls `id`'), ['node', '$HOME;ls', '`id`']);
  assert.deepEqual(splitCommand(''), []);
  assert.throws(() => splitCommand("node 'app.js"), { code: 'STRATA_USAGE' });
});

test('of a command no more is told than its program and its script', () => {
  for (const [words, told] of [
    [['/usr/bin/node', '/home/somebody/app.js', '--password', 'x'], 'node app.js'],
    [['node', '--max-old-space-size', '4096', 'srv/main.mjs'], 'node main.mjs'],
    [['node', '-e', 'secret(1)//x.js'], 'node'],
    [['node', '--eval=secret()', 'x.js'], 'node'],
    [['node', '--title', 'secret'], 'node'],
    [['npm', 'start'], 'npm start'],
    [['node'], 'node'],
  ] as const)
    assert.equal(describeCommand(words), told);
});

test('Node.js is known by the name of its program', () => {
  for (const name of ['node', '/usr/bin/nodejs', 'node20', '/opt/node-22.1.0', 'iojs'])
    assert.equal(isNodeName(name), true, name);
  for (const name of ['nodemon', 'not-node', 'node_exporter', 'bash', ''])
    assert.equal(isNodeName(name), false, name);
  assert.equal(isNode(process.pid), true);
  assert.equal(isNode(1), false);
});

test('only the process that holds the listening socket is the one behind a port', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.equal(holdsListener(process.pid, port), true);
  assert.equal(holdsListener(process.ppid, port), false);
  server.close();
  assert.equal(holdsListener(process.pid, port), false);
});

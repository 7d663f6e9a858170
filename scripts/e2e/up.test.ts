import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePortRow } from '../lib/ports.js';
import { ask, startCli, temporaryDirectory } from './fixture.js';

interface Ready {
  readonly nodes: readonly {
    readonly id: number;
    readonly pid: number;
    readonly http: string;
    readonly config: string;
  }[];
}

test('up names a node that dies, the others go on, `serve` brings it back, a second `up` finds the data again', async (t) => {
  const directory = temporaryDirectory(t);
  const args = await upArguments(directory);
  const up = startCli(t, args);
  const line = await up.firstLine;
  if (line === null) assert.fail((await up.result).stderr);
  const { nodes } = JSON.parse(line) as Ready;
  assert.equal(nodes.length, 3);
  const [victim, witness] = nodes as [Ready['nodes'][number], Ready['nodes'][number]];

  process.kill(victim.pid, 'SIGKILL');
  assert.equal(await putUntilTaken(witness.http, 'while-down'), true);
  const back = startCli(t, ['serve', '--config', victim.config]);
  const listening = JSON.parse((await back.firstLine) ?? 'null') as {
    listening: boolean;
    id: number;
    pid: number;
  };
  assert.deepEqual([listening.listening, listening.id, listening.pid], [true, victim.id, back.pid]);
  assert.equal(await putUntilTaken(victim.http, 'when-back'), true);

  up.signal('SIGTERM');
  const { code, stderr } = await up.result;
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    new RegExp(`^strata: node ${victim.id} ended by SIGKILL; .*serve --config ${victim.config}$`, 'm'),
  );
  back.signal('SIGTERM');
  assert.equal((await back.result).code, 0);

  const again = startCli(t, args);
  const second = await again.firstLine;
  if (second === null) assert.fail((await again.result).stderr);
  for (const key of ['while-down', 'when-back'])
    assert.equal((await ask((JSON.parse(second) as Ready).nodes[0]!.http, 'GET', `/kv/${key}`)).body, 'here');
  again.signal('SIGINT');
  assert.equal((await again.result).code, 0);
  assert.equal(existsSync(victim.config), true, 'a directory that was named stays');
});

test('a launcher that is killed leaves no node behind', async (t) => {
  const args = await upArguments(temporaryDirectory(t));
  const up = startCli(t, args);
  const line = await up.firstLine;
  if (line === null) assert.fail((await up.result).stderr);
  const { nodes } = JSON.parse(line) as Ready;
  up.signal('SIGKILL');
  for (const node of nodes) {
    for (let tries = 0; isAlive(node.pid); tries++) {
      assert.ok(tries < 200, `node ${node.id} still runs 20 s after its launcher was killed`);
      await sleep(100);
    }
  }
});

/** `up` on nine free ports in a row. */
async function upArguments(directory: string): Promise<string[]> {
  const port = await freePortRow(9);
  const ports = ['--http-port', `${port}`, '--peer-port', `${port + 3}`, '--resp-port', `${port + 6}`];
  return ['up', '--data', directory, ...ports];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** True when a write was taken; an election may be under way for a while. */
async function putUntilTaken(url: string, key: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask(url, 'PUT', `/kv/${key}`, { body: 'here' }).catch(() => null);
    if (answer !== null && answer.status < 300) return true;
    await sleep(100);
  }
  return false;
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { projectFile } from '../testing/project-file.js';
import { createCommandTable } from './command-table.js';
import { renderTables } from './testing/command-tables.js';
import { plain, type RespClient } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

const table = createCommandTable();
const supported = table.all.filter((spec) => spec.supported);

/** Cells of a line of a table, however it is padded; any other line is one cell. */
function cellsOf(line: string): string[] {
  return line.split('|').map((cell) => cell.trim());
}

describe('command table', () => {
  it('finds a command by its bytes in any case, inside a longer buffer', () => {
    const bytes = Buffer.from('xxGeTxx');
    assert.equal(table.find(bytes, 2, 5)?.name, 'get');
    assert.equal(table.find(bytes, 2, 6), null);
    assert.equal(table.find(bytes, 2, 2), null);
    for (const { name } of table.all) {
      assert.equal(table.byName(name)?.name, name);
      assert.equal(table.byName(name.toUpperCase())?.name, name);
      assert.equal(table.byName(`${name}x`)?.name === name, false);
    }
  });

  it('takes no other byte for a letter', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isLetter = byte === 0x47 || byte === 0x67;
      assert.equal(
        table.find(Buffer.from([byte, 0x45, 0x54]), 0, 3)?.name === 'get',
        isLetter,
        `byte ${byte}`,
      );
    }
  });

  it('stands in the README, all of it and nothing else', () => {
    const readme = readFileSync(projectFile('server/network/resp/README.md'), 'utf8')
      .split('\n')
      .map(cellsOf);
    const { commands, unsupported } = renderTables(table.all);
    for (const text of [commands, unsupported]) {
      const rows = text.split('\n').map(cellsOf);
      const start = readme.findIndex((cells) => cells.join() === rows[0]!.join());
      assert.notEqual(start, -1, `the README has no table ${rows[0]!.join(' | ')}`);
      const end = readme.findIndex((cells, i) => i > start && cells.length === 1);
      // Behind the head comes its rule, which the formatter draws.
      assert.deepEqual(readme.slice(start + 2, end), rows.slice(2));
    }
  });

  it('keeps arity, keys and arguments together: a command with keys has the arguments for them', () => {
    for (const { name, arity, keys, steps, subcommands, inTransaction } of table.all) {
      if (keys !== null && subcommands.length === 0)
        assert.ok(Math.abs(arity) > keys.first, `${name} may come without its key`);
      assert.equal(inTransaction === 'queue', steps !== null, name);
    }
  });
});

describe('COMMAND, INFO, CONFIG and CLIENT', () => {
  let fixture: RespFixture;
  let client: RespClient;
  before(async () => {
    fixture = await new RespFixture().start();
    client = await fixture.client();
  });
  after(() => fixture.stop());

  it('COMMAND tells the table as clients read it', async () => {
    assert.equal(await client.call('COMMAND', 'COUNT'), supported.length);
    const all = plain(await client.call('COMMAND')) as unknown[][];
    assert.equal(all.length, supported.length);
    for (const entry of all) assert.equal(entry.length, 10);
    assert.deepEqual(plain(await client.call('COMMAND', 'INFO', 'get', 'nonsense', 'mset', 'flushall')), [
      ['get', 2, ['readonly', 'fast'], 1, 1, 1, ['@read', '@string', '@fast'], [], [], []],
      null,
      ['mset', -3, ['write', 'denyoom'], 1, -1, 2, ['@write', '@string', '@slow'], [], [], []],
      null,
    ]);
    const names = plain(await client.call('COMMAND', 'LIST')) as string[];
    assert.ok(names.includes('set') && !names.includes('flushall'));
    assert.deepEqual(plain(await client.call('COMMAND', 'GETKEYS', 'MSET', 'a', '1', 'b', '2')), ['a', 'b']);
    assert.match(
      String(plain(await client.call('COMMAND', 'GETKEYS', 'PING'))),
      /^-ERR The command has no key/,
    );
    assert.match(String(plain(await client.call('COMMAND', 'GETKEYS', 'NONSENSE'))), /^-ERR Invalid command/);
    const docs = plain(await client.call('COMMAND', 'DOCS', 'get')) as unknown[];
    assert.equal(docs[0], 'get');
    assert.ok((docs[1] as unknown[]).includes('Get the value of a key'));
  });

  it('every command of the table answers its own wrong arity, or more than its name', async () => {
    for (const { name, arity } of supported) {
      if (arity === -1 || name === 'quit') continue;
      const tooFew = Array.from({ length: Math.max(0, Math.abs(arity) - 2) }, () => 'x');
      const args = Math.abs(arity) === 1 ? ['x'] : tooFew;
      const expected = `-ERR wrong number of arguments for '${name}' command`;
      assert.equal(plain(await client.call(name, ...args)), expected);
    }
  });

  it('every command that is known and not there says so', async () => {
    for (const { name } of table.all.filter((spec) => !spec.supported)) {
      const answer = String(plain(await client.call(name, 'x', 'y')));
      assert.match(answer, new RegExp(`^-ERR ${name.toUpperCase()} is not supported: .+\\.$`));
    }
  });

  it('INFO has the sections of Redis, and those asked for alone', async () => {
    const all = String(await client.call('INFO'));
    for (const line of [
      'redis_version:7.2.0',
      'role:master',
      'raft_role:leader',
      'loading:0',
      `tcp_port:${fixture.port}`,
    ]) {
      assert.ok(all.includes(`${line}\r\n`), line);
    }
    const keyspace = String(await client.call('INFO', 'keyspace', 'nonsense'));
    assert.match(keyspace, /^# Keyspace\r\n/);
    assert.doesNotMatch(keyspace, /# Server/);
    await client.call('SET', 'a', '1');
    assert.match(String(await client.call('INFO', 'KEYSPACE')), /db0:keys=1\r\n/);
    fixture.service.state = { ready: false, role: 'candidate', leader: 0 };
    assert.match(String(await client.call('INFO')), /loading:1\r\n/);
    fixture.service.state = {};
  });

  it('CONFIG GET answers what clients and benchmarks ask', async () => {
    assert.deepEqual(plain(await client.call('CONFIG', 'GET', 'save')), ['save', '']);
    assert.deepEqual(plain(await client.call('CONFIG', 'GET', 'append*')), [
      'appendonly',
      'yes',
      'appendfsync',
      'always',
    ]);
    assert.deepEqual(plain(await client.call('CONFIG', 'GET', 'nonsense')), []);
    for (const args of [['SET', 'save', ''], ['RESETSTAT'], ['REWRITE']]) {
      assert.match(
        String(plain(await client.call('CONFIG', ...args))),
        /^-ERR CONFIG \w+ is not supported: /,
      );
    }
    assert.match(
      String(plain(await client.call('CONFIG', 'NONSENSE'))),
      /^-ERR unknown subcommand 'NONSENSE'/,
    );
  });

  it('CLIENT names the connection and sets its consistency', async () => {
    const { service } = fixture;
    const consistencyOf = async (): Promise<unknown> => {
      await client.call('GET', 'a');
      return service.asked.at(-1)!.consistency;
    };
    assert.equal(await client.call('CLIENT', 'GETNAME'), null);
    assert.equal(await client.call('CLIENT', 'SETNAME', 'one'), 'OK');
    assert.equal(await client.call('CLIENT', 'GETNAME'), 'one');
    assert.match(String(plain(await client.call('CLIENT', 'SETNAME', 'a b'))), /^-ERR Client names cannot/);
    assert.equal(await client.call('CLIENT', 'SETINFO', 'LIB-NAME', 'lib'), 'OK');
    assert.match(String(await client.call('CLIENT', 'INFO')), /name=one .*lib-name=lib/);
    assert.equal(await client.call('CLIENT', 'NO-EVICT', 'on'), 'OK');
    assert.match(
      String(plain(await client.call('CLIENT', 'KILL', 'x'))),
      /^-ERR CLIENT KILL is not supported/,
    );
    assert.match(String(plain(await client.call('CLIENT', 'NONSENSE'))), /^-ERR unknown subcommand/);
    assert.equal(
      plain(await client.call('CLIENT', 'SETNAME')),
      "-ERR wrong number of arguments for 'client|setname' command",
    );
    assert.equal(await consistencyOf(), 'linearizable');
    assert.equal(await client.call('READONLY'), 'OK');
    assert.equal(await consistencyOf(), 'stale');
    assert.equal(await client.call('READWRITE'), 'OK');
    assert.equal(await consistencyOf(), 'linearizable');
    assert.equal(await client.call('CLIENT', 'CONSISTENCY', 'LEASE'), 'OK');
    assert.equal(await consistencyOf(), 'lease');
    assert.equal(await client.call('CLIENT', 'CONSISTENCY'), 'lease');
    assert.equal(plain(await client.call('CLIENT', 'CONSISTENCY', 'x')), '-ERR syntax error');
    assert.equal(await client.call('WAIT', '1', '0'), 1, 'a quorum of three, less this node');
  });
});

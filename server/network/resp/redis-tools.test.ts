import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { RespFixture } from './testing/resp-fixture.js';

const run = promisify(execFile);

/** Whether the tool is there; a test must not need it. */
async function missing(tool: string): Promise<string | false> {
  try {
    await run(tool, ['--version']);
    return false;
  } catch {
    return `${tool} is not installed`;
  }
}

describe("Redis' own tools", async () => {
  let fixture: RespFixture;
  before(async () => {
    fixture = await new RespFixture({ pipelineMax: 10_000 }).start();
  });
  after(() => fixture.stop());

  it('redis-cli runs commands over RESP2 and RESP3, and scans', {
    skip: await missing('redis-cli'),
  }, async () => {
    const cli = async (...args: string[]): Promise<string> =>
      (await run('redis-cli', ['-p', String(fixture.port), ...args])).stdout.trim();
    assert.equal(await cli('SET', 'a', '1'), 'OK');
    assert.equal(await cli('-3', 'GET', 'a'), '1');
    assert.equal(await cli('-3', 'MGET', 'a', 'x'), '1');
    assert.equal(await cli('--scan', '--pattern', 'a*'), 'a');
    assert.match(await cli('INFO', 'server'), /strata_version/);
    assert.match(await cli('LPUSH', 'l', '1'), /LPUSH is not supported/);
  });

  it('redis-benchmark runs set, get, incr and mset pipelined without an error', {
    skip: await missing('redis-benchmark'),
  }, async () => {
    const tests = ['-t', 'ping,set,get,incr,mset', '-n', '2000', '-c', '20', '-P', '16', '-r', '100', '-q'];
    const { stdout, stderr } = await run('redis-benchmark', ['-p', String(fixture.port), ...tests]);
    for (const name of ['PING_INLINE', 'SET', 'GET', 'INCR', 'MSET'])
      assert.ok(stdout.includes(`${name}`), name);
    assert.doesNotMatch(stdout + stderr, /error|warning/i);
    assert.equal(fixture.metrics.value('network_resp_protocol_errors_total'), 0);
  });
});

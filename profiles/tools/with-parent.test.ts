import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inPrivateTracefs } from './private-tracefs.js';
import { endingWithParent } from './with-parent.js';

const WAIT_MS = 10_000;

describe('endingWithParent', () => {
  const [command] = endingWithParent(['sleep', ['60']]);
  const skip = command === 'sleep' ? 'setpriv is not installed' : false;

  it('ends the tool when its parent is killed, through every step that starts it', { skip }, async () => {
    const inside =
      process.getuid?.() === 0 ? inPrivateTracefs(['sleep', ['60']]) : (['sleep', ['60']] as const);
    const [tool, args] = endingWithParent(inside);
    const script = `const { spawn } = require('node:child_process');
      console.log(spawn(${JSON.stringify(tool)}, ${JSON.stringify(args)}).pid);
      setInterval(() => undefined, 60_000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data) => resolve(Number(data))),
    );
    // The first step asks for the signal; it needs a moment to get there.
    await sleep(500);
    assert.ok(existsSync(`/proc/${pid}`));
    parent.kill('SIGKILL');
    const giveUpAt = Date.now() + WAIT_MS;
    while (existsSync(`/proc/${pid}`) && Date.now() < giveUpAt) await sleep(20);
    assert.ok(!existsSync(`/proc/${pid}`), `process ${pid} outlived its parent by ${WAIT_MS} ms`);
  });
});

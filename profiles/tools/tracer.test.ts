import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tracer } from './tracer.js';

const LIMITS = { attachTimeoutMs: 10_000, detachTimeoutMs: 5_000, lifetimeMs: 60_000 };

/** A tool that says it is attached and then does as `onInterrupt` says. */
function tool(onInterrupt: string): string[] {
  return [
    '-e',
    `process.on('SIGINT', () => { ${onInterrupt} }); setInterval(() => {}, 1000); console.error('attached');`,
  ];
}

describe('Tracer', () => {
  it('lets the tool finish on detach', async () => {
    const tracer = new Tracer(process.execPath, tool('process.exit(0)'), LIMITS);
    await tracer.attached(/attached/);
    await tracer.detach();
    assert.match(tracer.stderr, /attached/);
  });
  it('kills a tool that does not let go, and says that its summary is lost', async () => {
    const tracer = new Tracer(process.execPath, tool(''), { ...LIMITS, detachTimeoutMs: 100 });
    await tracer.attached(/attached/);
    await assert.rejects(tracer.detach(), /was killed; its summary is lost/);
  });
  it('accepts a tool that ended because its target did', async () => {
    const tracer = new Tracer(
      process.execPath,
      ['-e', "console.error('attached'); setTimeout(() => {}, 20)"],
      LIMITS,
    );
    await tracer.attached(/attached/).catch(() => undefined);
    await tracer.detach();
  });
  it('ends the tool when its lifetime is over though nobody detaches', async () => {
    const tracer = new Tracer(process.execPath, tool('process.exit(0)'), { ...LIMITS, lifetimeMs: 500 });
    await assert.rejects(tracer.attached(/never said/), /did not attach: attached/);
  });
  it('fails when the tool does not exist or refuses', async () => {
    await assert.rejects(new Tracer('no-such-tool', [], LIMITS).attached(/x/), /ENOENT/);
    const refusing = new Tracer(
      process.execPath,
      ['-e', "console.error('not permitted'); process.exit(1)"],
      LIMITS,
    );
    await assert.rejects(refusing.attached(/attached/), /not permitted/);
  });
});

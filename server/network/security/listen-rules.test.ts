import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type NodeConfigInput, parseNodeConfig } from '../../config/config.js';
import { StrataError } from '../../errors.js';
import { checkListenRules, isLoopback } from './listen-rules.js';

const tls = { certFile: 'c', keyFile: 'k' };
const mutualTls = { ...tls, caFile: 'a' };
const world = '0.0.0.0';

/** Warnings, or the field that was refused. */
function outcome(
  host: string,
  peerHost: string,
  security: NodeConfigInput['security'] = {},
): string | number {
  const config = parseNodeConfig({
    id: 2,
    clusterId: 'test',
    dataDir: '/data',
    host,
    members: [
      { id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 2 },
      { id: 2, host: peerHost, peerPort: 3, httpPort: 4 },
    ],
    security,
  });
  try {
    return checkListenRules(config).length;
  } catch (error) {
    assert.ok(error instanceof StrataError);
    assert.equal(error.code, 'STRATA_CONFIG_INVALID');
    assert.match(error.message, /allowInsecureListen/);
    return String(error.details.field);
  }
}

it('knows the loopback by its addresses and its name', () => {
  for (const host of [
    '127.0.0.1',
    '127.255.0.9',
    '::1',
    '[::1]',
    'localhost',
    'LOCALHOST',
    '::ffff:127.0.0.1',
  ]) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of [
    world,
    '::',
    '10.0.0.1',
    '128.0.0.1',
    'node-1',
    '127.0.0.1.example.org',
    'localhost.x',
    '',
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});

it('on the loopback nothing is asked', () => {
  assert.equal(outcome('127.0.0.1', 'localhost'), 0);
});

it('clients beyond the loopback need tokens or certificates', () => {
  const peers = 'localhost';
  assert.equal(outcome(world, peers), 'host');
  assert.equal(outcome(world, peers, { clientTls: tls }), 'host');
  assert.equal(outcome(world, peers, { clientTls: mutualTls }), 0);
  assert.equal(outcome(world, peers, { tokensFile: 't', clientTls: tls }), 0);
  assert.equal(outcome(world, peers, { tokensFile: 't' }), 1, 'plain text is told');
  assert.equal(outcome(world, peers, { allowInsecureListen: true }), 1);
});

it('tokens that nobody needs to write are none', () => {
  const tokens = { tokensFile: 't', clientTls: tls } as const;
  for (const anonymousRole of ['write', 'admin'] as const) {
    assert.equal(outcome(world, 'localhost', { ...tokens, anonymousRole }), 'security.anonymousRole');
    assert.equal(outcome(world, 'localhost', { ...tokens, anonymousRole, clientTls: mutualTls }), 0);
    assert.equal(outcome(world, 'localhost', { ...tokens, anonymousRole, allowInsecureListen: true }), 0);
  }
  assert.equal(outcome(world, 'localhost', { ...tokens, anonymousRole: 'read' }), 0);
});

it('peers beyond the loopback need certificates or the secret', () => {
  assert.equal(outcome('127.0.0.1', '10.0.0.2'), 'members.1.host');
  assert.equal(outcome('127.0.0.1', '10.0.0.2', { tokensFile: 't' }), 'members.1.host');
  assert.equal(outcome('127.0.0.1', '10.0.0.2', { peerTls: mutualTls }), 0);
  assert.equal(outcome('127.0.0.1', '10.0.0.2', { peerSecretFile: 's' }), 1, 'plain text is told');
  assert.equal(outcome('127.0.0.1', '10.0.0.2', { allowInsecureListen: true }), 1);
});

it('the address that the peer port binds to counts, not the one that others dial', () => {
  const base = {
    id: 1,
    clusterId: 'test',
    dataDir: '/data',
    members: [{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 2 }],
  };
  assert.throws(() => checkListenRules(parseNodeConfig({ ...base, peerHost: world })), {
    message: /peerHost is "0\.0\.0\.0"/,
  });
});

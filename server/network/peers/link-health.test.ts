import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MemoryMetrics } from '../testing/memory-metrics.js';
import { LinkHealth } from './link-health.js';
import { createPeerMetrics } from './peer-metrics.js';

const secondNs = 1e9;

function fresh(): { health: LinkHealth; metrics: MemoryMetrics } {
  const metrics = new MemoryMetrics();
  return { health: new LinkHealth(createPeerMetrics(metrics, { nowNs: () => 0 })), metrics };
}

it('the first way to health is no recovery', () => {
  const { health, metrics } = fresh();
  assert.equal(health.state, 'disconnected');
  health.update('probing', secondNs);
  health.update('healthy', 2 * secondNs);
  assert.equal(health.transitions, 2);
  assert.equal(health.lastRecoveryMs, null);
  assert.equal(metrics.value('network_link_recovered_total'), 0);
  assert.equal(metrics.value('network_link_probing_total'), 0);
});

it('a recovery is timed from the end of health, through everything between', () => {
  const { health, metrics } = fresh();
  health.update('healthy', 0);
  health.update('probing', 10 * secondNs);
  health.update('disconnected', 15 * secondNs);
  health.update('disconnected', 16 * secondNs);
  health.update('probing', 20 * secondNs);
  health.update('disconnected', 21 * secondNs);
  health.update('healthy', 22 * secondNs);
  assert.equal(health.transitions, 6);
  assert.equal(health.lastRecoveryMs, 12_000);
  assert.deepEqual(metrics.recorded('network_link_recovery_ns'), [12 * secondNs]);
  assert.equal(metrics.value('network_link_probing_total'), 1);
  assert.equal(metrics.value('network_link_disconnected_total'), 2);
  assert.equal(metrics.value('network_link_recovered_total'), 1);
  health.update('probing', 30 * secondNs);
  health.update('healthy', 31 * secondNs);
  assert.equal(health.lastRecoveryMs, 1_000);
});

it('every change is told once, and what is no change is not', () => {
  const told: string[] = [];
  const metrics = createPeerMetrics(new MemoryMetrics(), { nowNs: () => 0 });
  const health = new LinkHealth(metrics, (state) => told.push(state));
  for (const state of ['disconnected', 'probing', 'healthy', 'healthy', 'probing', 'disconnected'] as const)
    health.update(state, secondNs);
  assert.deepEqual(told, ['probing', 'healthy', 'probing', 'disconnected']);
});

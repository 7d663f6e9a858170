import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadAudit, type Percentiles } from '../results/schema/index.js';
import { type AuditInput, auditLoad } from './audit.js';

const percentiles = (count: number, meanUs: number, p50: number, p99: number): Percentiles => ({
  count,
  mean: meanUs,
  min: 1,
  p50,
  p90: p99,
  p95: p99,
  p99,
  p999: null,
  p9999: null,
  max: p99,
});

const usage = { seconds: 10, eventLoopUtilization: 0.6, cpuSeconds: 5, runQueueSeconds: 1 };

/** 100 clients, 20000 requests a second of 5 ms each: in order. */
const closed: AuditInput = {
  mode: 'closed',
  clients: 100,
  rate: null,
  durationSeconds: 10,
  response: percentiles(200_000, 5_000, 4_500, 12_000),
  scheduleLag: null,
  total: 200_000,
  errors: 0,
  timedOut: 0,
  shed: 0,
  overdueAtEnd: 1,
  inSystemMean: 100,
  usages: [usage],
  pacerCpuSeconds: 0,
  processCpuSeconds: 9,
};

/** 1000 a second of 5 ms each: five in the system. */
const open: AuditInput = {
  ...closed,
  mode: 'open',
  rate: 1_000,
  response: percentiles(9_990, 5_000, 4_500, 12_000),
  scheduleLag: percentiles(10_000, 100, 80, 400),
  total: 9_990,
  inSystemMean: 5,
};

test('a run in order passes', () => {
  for (const input of [closed, open]) {
    const audit = auditLoad(input);
    assert.deepEqual(audit.reasons, []);
    assert.equal(audit.verdict, 'ok');
    assert.equal(audit.saturated, false);
    assert.equal(audit.littlesLaw.ok, true);
    assert.equal(audit.eventLoopUtilization, 0.6);
    LoadAudit.parse(audit);
  }
});

test("a table that breaks Little's law is found out", () => {
  // A published one: 1000 clients, 185758 requests a second, 2.2 ms: 409 clients' worth.
  const audit = auditLoad({
    ...closed,
    clients: 1_000,
    durationSeconds: 1,
    response: percentiles(185_758, 2_200, 2_000, 4_000),
  });
  assert.equal(audit.littlesLaw.ok, false);
  assert.equal(audit.littlesLaw.ratio, 0.4087);
  assert.match(audit.reasons[0]!, /Little's law.*1000 clients.*408\.7/);
  assert.equal(audit.verdict, 'suspect');
  assert.equal(auditLoad({ ...open, inSystemMean: 6 }).littlesLaw.ok, false);
});

test('a stall on an end of the window is no breach, clients that idle are one', () => {
  const cut = { ...closed, durationSeconds: 3, response: percentiles(33_000, 10_000, 7_000, 400_000) };
  assert.equal(auditLoad(cut).littlesLaw.ratio, 1.1);
  assert.equal(auditLoad(cut).littlesLaw.ok, true, 'inside the window all 100 were busy');
  const idle = auditLoad({ ...cut, inSystemMean: 90 });
  assert.equal(idle.littlesLaw.ok, false, 'a tenth of the time nobody asked');
  assert.match(idle.reasons[0]!, /90\.0 requests were in the system on average; the rest/);
  const wild = { ...cut, response: percentiles(45_000, 10_000, 7_000, 400_000) };
  assert.equal(auditLoad(wild).littlesLaw.ok, false, 'half too much is no edge');
});

test('a busy event loop is saturation, with what it was busy with', () => {
  const busy = { ...usage, eventLoopUtilization: 0.99, cpuSeconds: 4.2, runQueueSeconds: 5.6 };
  const audit = auditLoad({ ...closed, usages: [usage, busy] });
  assert.equal(audit.saturated, true);
  assert.equal(audit.eventLoopUtilization, 0.99);
  assert.match(audit.reasons[0]!, /worker 1 .* 99\.0 % .*42\.0 % running, 56\.0 % waiting/);
  const unknown = auditLoad({ ...closed, usages: [{ ...busy, cpuSeconds: null, runQueueSeconds: null }] });
  assert.match(unknown.reasons[0]!, /99\.0 % of the time\.$/);
});

test('a schedule kept badly is saturation', () => {
  const audit = auditLoad({ ...open, scheduleLag: percentiles(10_000, 100, 80, 451) });
  assert.equal(audit.saturated, true);
  assert.match(audit.reasons[0]!, /451 µs late/);
});

test('errors, a missed rate and censored requests are named', () => {
  assert.match(
    auditLoad({ ...closed, errors: 2_001 }).reasons[0]!,
    /1\.0 % of the requests were errors \(2001 of 200000\)/,
  );
  assert.deepEqual(auditLoad({ ...closed, errors: 2_000 }).reasons, []);
  const missed = auditLoad({ ...open, rate: 1_050 });
  assert.match(missed.reasons[0]!, /999 a second were answered of 1050/);
  const censored = auditLoad({ ...open, timedOut: 60, shed: 30, overdueAtEnd: 20 });
  assert.match(censored.reasons[0]!, /60 requests timed out, 30 were shed, 20 were still unanswered/);
});

test('a run without any answer does not pass', () => {
  const audit = auditLoad({
    ...closed,
    response: { ...percentiles(0, 0, 0, 0), p50: null, p99: null },
    total: 0,
  });
  assert.equal(audit.verdict, 'suspect');
  assert.equal(audit.littlesLaw.ratio, 0);
  LoadAudit.parse(audit);
});

test('CPU is that of the threads, or of the process where threads are not told apart', () => {
  assert.equal(auditLoad({ ...open, pacerCpuSeconds: 1, usages: [usage, usage] }).generatorCpuCores, 1.1);
  const untold = { ...usage, cpuSeconds: null };
  assert.equal(auditLoad({ ...open, pacerCpuSeconds: 1, usages: [usage, untold] }).generatorCpuCores, 0.9);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalSchedule } from './arrival-schedule.js';
import { monotonicNs } from './clock.js';
import type { Connection } from './connection.js';
import { OpenLoop } from './open-loop.js';

const INTERVAL_NS = 10e6;

/** A loop whose schedule (100 a second, constant) began `overdueSlots` slots ago, with `connections` to send on. */
function overdue(overdueSlots: number, connections: number, queueLengthMax: number) {
  const sent: number[] = [];
  const lags: number[] = [];
  let shed = 0;
  const loop = new OpenLoop(
    new ArrivalSchedule('constant', 1e9 / INTERVAL_NS, 1),
    queueLengthMax,
    (_connection, intendedNs) => sent.push(intendedNs),
    {
      slotTakenUp: (intendedNs, nowNs) => lags.push(nowNs - intendedNs),
      shed: () => {
        shed++;
      },
    },
    true,
  );
  const startNs = monotonicNs() - overdueSlots * INTERVAL_NS;
  const clients = Array.from({ length: connections }, (_, number) => ({ number }) as Connection);
  loop.start(startNs, clients);
  const waiting = () => {
    const intended: number[] = [];
    loop.visitWaiting((intendedNs) => intended.push(intendedNs));
    return intended;
  };
  return { loop, sent, lags, startNs, clients, waiting, shed: () => shed };
}

test('slots go out at their intended times in order, then wait, then are shed', () => {
  const { loop, sent, lags, startNs, waiting, shed } = overdue(100, 3, 10);
  const slot = (number: number) => startNs + number * INTERVAL_NS;
  assert.deepEqual(sent, [slot(0), slot(1), slot(2)]);
  assert.deepEqual(
    waiting(),
    Array.from({ length: 10 }, (_, index) => slot(3 + index)),
  );
  assert.ok(shed() >= 87, `${shed()} shed`);
  assert.equal(lags.length, 13 + shed());
  assert.ok(lags[0]! > lags[50]!, 'the first slot was the latest');
  loop.stop();
});

test('a connection that becomes free takes the request that has waited longest', () => {
  const { loop, sent, startNs, clients, waiting } = overdue(5, 1, 1_000);
  const before = waiting().length;
  assert.ok(before >= 4);
  loop.connectionFree(clients[0]!, monotonicNs());
  assert.equal(sent[1], startNs + INTERVAL_NS);
  assert.ok(waiting().length >= before - 1);
  loop.stop();
  loop.connectionFree(clients[0]!, monotonicNs());
  assert.equal(sent.length, 2, 'nothing is sent after the stop');
});

test('all connections take their turn', () => {
  const sentOn: number[] = [];
  const loop = new OpenLoop(
    new ArrivalSchedule('constant', 10_000, 1),
    10_000_000,
    (connection) => sentOn.push(connection.number),
    { slotTakenUp: () => {}, shed: () => {} },
    true,
  );
  const clients = Array.from({ length: 4 }, (_, number) => ({ number }) as Connection);
  loop.start(monotonicNs() - 1e9, clients);
  for (let turn = 0; turn < 5_000; turn++) loop.connectionFree(clients[sentOn.at(-4)!]!, monotonicNs());
  loop.stop();
  const turns = [0, 1, 2, 3].map((number) => sentOn.filter((on) => on === number).length);
  assert.ok(Math.max(...turns) - Math.min(...turns) <= 1, `turns ${turns}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestContext } from '../../ports/key-value-service.js';
import { ReplyTimer } from './reply-timer.js';

const context = (onReplied: RequestContext['onReplied'] = null): RequestContext => ({
  receivedNs: 0,
  parsedNs: 0,
  traceId: null,
  forward: true,
  onReplied,
});

test('one reply in eight is timed, and each whose request is sampled', () => {
  const recorded: number[] = [];
  const told: number[] = [];
  let nowNs = 0;
  let readings = 0;
  const stamps = {
    nowNs: () => {
      readings += 1;
      nowNs += 100;
      return nowNs;
    },
  };
  const timer = new ReplyTimer({ record: (ns) => recorded.push(ns) }, stamps);
  const reply = (asked: RequestContext) => timer.end(asked, timer.begin(asked));
  for (let at = 0; at < 24; at++) reply(context());
  assert.deepEqual([recorded, readings], [[100, 100, 100], 6]);
  reply(context((repliedNs) => told.push(repliedNs)));
  assert.deepEqual([recorded.length, told], [4, [700]]);
  for (let at = 0; at < 7; at++) reply(context());
  assert.equal(recorded.length, 4);
});

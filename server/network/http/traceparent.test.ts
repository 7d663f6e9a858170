import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampledTraceId } from './traceparent.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

test('the trace id of a sampled traceparent of version 00', () => {
  assert.equal(sampledTraceId(`00-${traceId}-${parentId}-01`), traceId);
  // Other flags may be set besides; only the lowest bit says "sampled".
  assert.equal(sampledTraceId(`00-${traceId}-${parentId}-ff`), traceId);
  assert.equal(sampledTraceId(`00-${traceId}-${parentId}-03`), traceId);
});

test('a traceparent that is not sampled, or breaks a rule, is ignored', () => {
  for (const header of [
    undefined,
    '',
    `00-${traceId}-${parentId}-00`,
    `00-${traceId}-${parentId}-02`,
    `01-${traceId}-${parentId}-01`,
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${traceId}-${parentId}-1`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${traceId.slice(1)}-${parentId}-01`,
    ` 00-${traceId}-${parentId}-01`,
  ]) {
    assert.equal(sampledTraceId(header), null, header);
  }
});

/**
 * The trace id of a W3C `traceparent` (version 00) whose sampled flag is set, else null. A header that breaks a rule is ignored, as
 * the recommendation demands: tracing never fails a request.
 */
export function sampledTraceId(header: string | undefined): string | null {
  if (header === undefined) return null;
  const match = traceparent.exec(header);
  if (match === null) return null;
  const [, traceId, parentId, flags] = match;
  if (traceId === zeroTraceId || parentId === zeroParentId) return null;
  return (Number.parseInt(flags!, 16) & 1) === 1 ? traceId! : null;
}

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const zeroTraceId = '0'.repeat(32);
const zeroParentId = '0'.repeat(16);

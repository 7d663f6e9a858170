import type { HistoryEvent } from '../../../results/schema/history.js';
import type { JsonValue } from '../values.js';

/**
 * Events from a drawing in words, one step each: `0 write 1` invokes, `0 ok` completes with what was written, `0 ok 1` with a value, `0 fail`, `0 info`.
 * Each step is a microsecond later than the one before. A third word may name a key: `0 write:x 1`.
 */
export function script(...steps: readonly string[]): HistoryEvent[] {
  const underWay = new Map<number, HistoryEvent>();
  return steps.map((step, index) => {
    const [who, what, ...rest] = step.split(' ') as [string, string, ...string[]];
    const process = Number(who);
    const time = (index + 1) * 1_000;
    const value = rest.length === 0 ? null : (JSON.parse(rest.join(' ')) as JsonValue);
    if (what === 'ok' || what === 'fail' || what === 'info') {
      const invoke = underWay.get(process)!;
      return { ...invoke, type: what, value: rest.length === 0 ? invoke.value : value, time };
    }
    const [f, key = 'k'] = what.split(':') as [HistoryEvent['f'], string?];
    const event: HistoryEvent = { process, type: 'invoke', f, key, value, time };
    underWay.set(process, event);
    return event;
  });
}

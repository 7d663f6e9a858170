/** Values are padded to the size of the run's other values, so that a write of the history costs the server the same, up to this. */
export const HISTORY_VALUE_BYTES_MAX = 1_024;
/** Room for the number of a process and of a write. */
export const HISTORY_VALUE_BYTES_MIN = 32;
const PAD = '.';
const SHOWN_MAX = 64;

export function historyValueBytes(valueBytes: number): number {
  return Math.min(HISTORY_VALUE_BYTES_MAX, Math.max(HISTORY_VALUE_BYTES_MIN, valueBytes));
}

/** `name` stands in the history, the padded bytes go over the wire. */
export function encodeHistoryValue(name: string, bytes: number): Buffer {
  return Buffer.from(name.padEnd(bytes, PAD), 'latin1');
}

/**
 * The name that bytes read from the store stand for. Bytes that no client of this run can have written (cut short, damaged, of somebody else) get a name
 * that nobody wrote, so that a checker must reject it.
 */
export function decodeHistoryValue(text: string, actualBytes: number, bytes: number): string {
  const name = text.replace(/\.+$/, '');
  if (actualBytes === bytes && /^\d+-\d+$/.test(name)) return name;
  return `foreign, ${actualBytes} bytes: ${text.slice(0, SHOWN_MAX)}`;
}

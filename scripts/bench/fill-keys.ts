import { connect, type Socket } from 'node:net';

const BATCH = 500;
const IN_FLIGHT = 8;

export interface Filling {
  /** Redis protocol. */
  readonly port: number;
  readonly keys: number;
  readonly valueBytes: number;
}

/** MSET by MSET, a few under way, in the order of a walk over the key space that is not sorted. */
export async function fillKeys({ port, keys, valueBytes }: Filling): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  const value = 'v'.repeat(valueBytes);
  let sent = 0;
  let answered = 0;
  const batches = Math.ceil(keys / BATCH);
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      while (sent < batches && sent - answered < IN_FLIGHT) writeBatch(socket, sent++, value, keys);
    };
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      const failed = /^-.*/m.exec(text);
      if (failed !== null) reject(new Error(failed[0]));
      answered += text.split('+OK').length - 1;
      if (answered % 500 === 0) process.stderr.write(`\r${answered * BATCH} keys`);
      if (answered === batches) resolve();
      else send();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the node closed the connection')));
    send();
  });
  socket.removeAllListeners('close');
  socket.destroy();
  process.stderr.write('\n');
}

function writeBatch(socket: Socket, batch: number, value: string, keys: number): void {
  const parts = [`*${1 + 2 * BATCH}\r\n$4\r\nMSET\r\n`];
  for (let at = 0; at < BATCH; at++) {
    // 7919 is prime and no divisor of the number of keys: every key once.
    const key = `key:${String(((batch * BATCH + at) * 7919) % keys).padStart(12, '0')}`;
    parts.push(`$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`);
  }
  socket.write(parts.join(''), 'latin1');
}

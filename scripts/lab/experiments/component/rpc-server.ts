/**
 * A server of calls in the peers' framing, on a thread of its own. Started by `rpc-host.ts`; tells its port and serves until the thread ends.
 *
 *   `echo`: answers with the payload.  `append`: a batch of Raft messages is decoded, the answer is their number as 4 bytes.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { encodeFrame, FrameDecoder, FrameKind } from '../../../../server/network/peers/frame.js';
import { decodeBatch } from '../../../../server/network/peers/message-decoder.js';
import { FRAME_BYTES_MAX } from './rpc-limits.js';

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`listens on ${address}`);
  parentPort!.postMessage(address.port);
});

function serve(socket: Socket): void {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX, (header, payload) => {
    const answer = header.method === 'append' ? countOf(payload) : payload;
    socket.write(encodeFrame({ ...header, kind: FrameKind.Response }, answer));
  });
  socket.on('data', (chunk) => decoder.push(chunk));
  // A client that resets its connection is gone, and nothing is owed to it.
  socket.on('error', () => socket.destroy());
}

function countOf(payload: Buffer): Buffer {
  const answer = Buffer.alloc(4);
  answer.writeUInt32BE(decodeBatch(payload).length);
  return answer;
}

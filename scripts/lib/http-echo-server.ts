import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process of its own: `node:http` that reads a request and answers an empty 200. Prints its URL; ends when stdin does. */
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.end());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));

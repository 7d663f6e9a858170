import { createServer } from 'node:net';

/** The other end of the loopback measurement: gives every byte back. Ends with its parent. */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => socket.write(bytes));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the loopback peer has no port');
  process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));

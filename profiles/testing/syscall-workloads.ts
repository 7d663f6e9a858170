import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const DONE_TIMEOUT_MS = 30_000;

/** Tells a workload of this file to begin and waits for its sign that it has done everything. */
export async function runWork(pid: number, donePath: string): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  const giveUpAt = Date.now() + DONE_TIMEOUT_MS;
  while (!existsSync(donePath)) {
    if (Date.now() > giveUpAt) throw new Error(`the workload did not finish within ${DONE_TIMEOUT_MS} ms`);
    await sleep(20);
  }
}

/**
 * A process with the files and ports of a node, which waits for SIGUSR2 and then makes, exactly: 40 writes of 100 bytes and as many fdatasyncs on a WAL
 * segment, on the main thread; 7 fsyncs of a snapshot, in the pool; 3 writes of 10 bytes to a segment that is open with O_DSYNC; 2 answers of 1,234 bytes on
 * its client port, one to a connection that lives only then; 5 writes of 1,000 bytes to the port of another node. Then it writes `done`.
 * Its first line is the base URL of `/debug/layers`.
 */
export const SYSCALL_NODE: Readonly<Record<string, string>> = {
  'node.mjs': `
    import fs from 'node:fs';
    import http from 'node:http';
    import net from 'node:net';
    fs.mkdirSync('data/wal', { recursive: true });
    fs.mkdirSync('data/snapshots', { recursive: true });
    const wal = fs.openSync('data/wal/0000000001-0000000000000001.wal', 'w');
    const dsync = fs.openSync('data/wal/0000000002-0000000000000009.wal', fs.constants.O_CREAT | fs.constants.O_WRONLY | fs.constants.O_DSYNC);
    const snapshot = await fs.promises.open('data/snapshots/5-1.snap', 'w');
    const listen = (onSocket) => new Promise((resolve) => {
      const server = net.createServer(onSocket).listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
    const connect = (port) => new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    });
    const answering = (socket) => socket.once('data', () => socket.write('a'.repeat(1234)));
    const clientPort = await listen(answering);
    const peerPort = await listen((socket) => socket.resume());
    const otherPort = await listen((socket) => socket.resume());
    const config = { httpPort: clientPort, peerPort, peerPorts: otherPort + ',' + (otherPort + 1) };
    const debug = http.createServer((_, response) => response.end(JSON.stringify({ config })));
    await new Promise((resolve) => debug.listen(0, '127.0.0.1', resolve));
    const client = await connect(clientPort);
    const peer = await connect(otherPort);
    const answerOf = (socket) => new Promise((resolve) => {
      let bytes = 0;
      socket.on('data', (data) => { bytes += data.length; if (bytes === 1234) resolve(); });
      socket.write('ask');
    });
    process.once('SIGUSR2', async () => {
      for (let i = 0; i < 40; i++) { fs.writeSync(wal, 'w'.repeat(100)); fs.fdatasyncSync(wal); }
      for (let i = 0; i < 7; i++) await snapshot.sync();
      for (let i = 0; i < 3; i++) fs.writeSync(dsync, 'd'.repeat(10));
      await answerOf(client);
      const late = await connect(clientPort);
      await answerOf(late);
      late.destroy();
      for (let i = 0; i < 5; i++) await new Promise((resolve) => peer.write('p'.repeat(1000), resolve));
      fs.writeFileSync('done', '');
    });
    setInterval(() => undefined, 60_000);
    console.log('http://127.0.0.1:' + debug.address().port);
  `,
};

/**
 * A process whose pool and platform have threads that wait for work. On SIGUSR2 its main thread waits for a lock that nobody gives back 10 times for 30 ms,
 * and so does a Worker of it. Then it writes \`done\`.
 */
export const SYSCALL_LOCKS: Readonly<Record<string, string>> = {
  'locks.mjs': `
    import fs from 'node:fs';
    import { Worker } from 'node:worker_threads';
    const lock = new Int32Array(new SharedArrayBuffer(4));
    const wait = "for (let i = 0; i < 10; i++) Atomics.wait(lock, 0, 0, 30);";
    const worker = new Worker(
      "const { parentPort, workerData: lock } = require('node:worker_threads');" +
        "parentPort.on('message', () => { " + wait + " parentPort.postMessage('done'); });",
      { eval: true, workerData: lock },
    );
    await new Promise((resolve) => worker.once('online', resolve));
    // The pool begins with its first task.
    await fs.promises.stat('.');
    process.once('SIGUSR2', () => {
      worker.postMessage('go');
      worker.once('message', () => fs.writeFileSync('done', ''));
      for (let i = 0; i < 10; i++) Atomics.wait(lock, 0, 0, 30);
    });
    setInterval(() => undefined, 60_000);
    setTimeout(() => console.log('ready'), 200);
  `,
};

/** A process that does nothing, with all its threads there. */
export const SYSCALL_IDLE: Readonly<Record<string, string>> = {
  'idle.mjs': `
    import fs from 'node:fs';
    await fs.promises.stat('.');
    setInterval(() => undefined, 60_000);
    setTimeout(() => console.log('idle'), 200);
  `,
};

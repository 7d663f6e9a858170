/** A thread that runs seeds, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runJob, type SeedJob } from './seed-run.js';

parentPort!.on('message', async (job: SeedJob) => {
  parentPort!.postMessage(await runJob(job));
});

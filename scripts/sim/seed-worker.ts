/** A thread that runs seeds, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runJob, type SeedJob } from './seed-run.js';

// Refusals are part of a simulated life, thousands in a run; where each was made is told by its code.
Error.stackTraceLimit = 4;

parentPort!.on('message', async (job: SeedJob) => {
  parentPort!.postMessage(await runJob(job));
});

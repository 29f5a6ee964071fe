import { setPriority, constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { FinalizerJob, FinalizerNews } from './finalizerQueue.ts';
import { finalizeRecording } from './finalizer.ts';

// The thread that finalises one recording. On Linux a priority is a thread's own, so this one
// yields to the sound of running rooms; elsewhere it would be the whole process's. Not the lowest:
// with that it got 1 % of a busy machine, and moderators waited for minutes.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const TELL_MS = 500;

const { folder, reasonIfUnknown } = workerData as FinalizerJob;
let toldMs = performance.now();
await finalizeRecording(folder, reasonIfUnknown, (progress) => {
  if (performance.now() - toldMs < TELL_MS) return;
  toldMs = performance.now();
  parentPort?.postMessage({ progress } satisfies FinalizerNews);
});
// The MP3 encoder keeps a thread of its own, which would keep this one.
parentPort?.close();

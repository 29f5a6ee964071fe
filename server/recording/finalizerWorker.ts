import { setPriority, constants } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { FinalizerJob } from './finalizerQueue.ts';
import { finalizeRecording } from './finalizer.ts';

// The thread that finalises one recording. On Linux a priority is a thread's own, so this one
// yields to the sound of running rooms; elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const { folder, reasonIfUnknown } = workerData as FinalizerJob;
finalizeRecording(folder, reasonIfUnknown);

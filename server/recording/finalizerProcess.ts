import { constants, setPriority } from 'node:os';
import type { FinalizerNews, FinalizerOrder } from './finalizerQueue.ts';
import { finalizeRecording } from './finalizer.ts';

// The process that finalises one recording. It yields to the sound of running rooms. Not the lowest
// priority: with that it got 1 % of a busy machine, and moderators waited for minutes.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const [order = ''] = process.argv.slice(2);
const { serverPid, ...work } = JSON.parse(order) as FinalizerOrder;

// The server was killed: its successor finalises this recording, and two must not. Looked at before
// anything is touched and with every step, since a busy thread hears of no disconnection.
function endIfOrphaned(): void {
  if (process.ppid !== serverPid) process.exit(1);
}
process.on('disconnect', () => process.exit(1));
endIfOrphaned();

// Ctrl-C and service managers signal all processes of a service at once: the server decides.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const TELL_MS = 500;

let toldMs = performance.now();
await finalizeRecording(work, (progress) => {
  endIfOrphaned();
  if (performance.now() - toldMs < TELL_MS) return;
  toldMs = performance.now();
  tell({ progress });
});
tell({ done: true });

function tell(news: FinalizerNews): void {
  process.send?.(news);
}

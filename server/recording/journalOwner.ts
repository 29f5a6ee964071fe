import { readFileSync } from 'node:fs';
import type { JournalHeader } from './journalPayloads.ts';

type Owner = JournalHeader['owner'];

/**
 * When a process began, in ticks since the machine did (proc(5), field 22 of stat). Empty if there
 * is none, or only what is left of one that nobody has buried yet: state Z or X of field 3.
 */
function startedAtTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name, which may hold spaces and brackets.
    const [state = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? '' : (rest[18] ?? '');
  } catch {
    return '';
  }
}

export const thisProcess: Owner = {
  pid: process.pid,
  startedAtTicks: startedAtTicks(process.pid),
};

/** Whether the process that wrote a journal is another one that still runs on this machine. */
export function isOwnedByAnother(owner: Owner): boolean {
  if (owner.pid === thisProcess.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startedAtTicks(owner.pid) === owner.startedAtTicks;
}

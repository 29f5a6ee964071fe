import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { fail, ok, warn, type Finding } from './finding.ts';

const PATIENCE_MS = 2_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Whether this machine's clock can be right, and is kept so: tokens and TURN credentials live on it. */
export async function lookAtClock(): Promise<Finding[]> {
  const now = new Date();
  // Nothing here was written in the future.
  const newest = statSync(new URL('../../package.json', import.meta.url)).mtimeMs;
  const shown = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (now.getTime() + DAY_MS < newest) {
    return [
      fail(
        `Son las ${shown}, antes de que se escribiera este programa. Pon el reloj en hora.`,
        `It is ${shown}, before this program was written. Set the clock.`,
      ),
    ];
  }
  if ((await isSynchronised()) === false) {
    return [
      warn(
        `Son las ${shown}, y nadie mantiene el reloj en hora. Con systemd: timedatectl set-ntp true`,
        `It is ${shown}, and nobody keeps the clock right. With systemd: timedatectl set-ntp true`,
      ),
    ];
  }
  return [ok(`Son las ${shown}.`, `It is ${shown}.`)];
}

/** Null where the system does not tell, as in a container. */
async function isSynchronised(): Promise<boolean | null> {
  try {
    const asked = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await promisify(execFile)('timedatectl', asked, { timeout: PATIENCE_MS });
    const answer = stdout.trim();
    return answer === '' ? null : answer === 'yes';
  } catch {
    return null;
  }
}

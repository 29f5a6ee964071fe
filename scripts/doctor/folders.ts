import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, rmdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../server/config.ts';
import { toStartError } from '../../server/config/startErrors.ts';
import { RESERVE_BYTES } from '../../server/recording/diskReserve.ts';
import { fail, ok, reasonOf, type Finding } from './finding.ts';

const GIGABYTE = 1e9;

/** Whether the directories can be made and written, and have room. Leaves them as they were. */
export async function lookAtFolders(config: Config): Promise<Finding[]> {
  const { recordingsDirectory, dataDirectory } = config;
  // One after the other: one may lie in the other.
  return [
    await lookAt('RECORDINGS_DIR', recordingsDirectory, config),
    await lookAt('DATA_DIR', dataDirectory, config),
  ];
}

async function lookAt(name: string, directory: string, config: Config): Promise<Finding> {
  let made: string | undefined;
  try {
    made = await mkdir(directory, { recursive: true, mode: 0o700 });
    await write(path.join(directory, `.doctor-${randomUUID()}`));
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const gigabytes = (free / GIGABYTE).toFixed(1);
    if (free < RESERVE_BYTES) {
      return fail(
        `${name}: en el disco de ${directory} quedan ${gigabytes} GB, y por debajo de 0.2 no se graba nada. Haz sitio, o nombra una carpeta en otro disco.`,
        `${name}: the disk of ${directory} has ${gigabytes} GB left, and below 0.2 nothing is recorded. Make room, or name a directory on another disk.`,
      );
    }
    return ok(
      `${directory} se puede escribir, y quedan ${gigabytes} GB.`,
      `${directory} can be written, and has ${gigabytes} GB left.`,
    );
  } catch (error) {
    return problem(name, directory, error, config);
  } finally {
    if (made !== undefined) await unmake(directory, made);
  }
}

/** Writes a file, has it on the disk, and takes it away. */
async function write(file: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.write('x');
    await handle.datasync();
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

/** Takes away what was made for this look, from the inside out, and nothing that has come into it. */
async function unmake(directory: string, outermost: string): Promise<void> {
  for (let it = directory; it.startsWith(outermost); it = path.dirname(it)) {
    try {
      await rmdir(it);
    } catch {
      return;
    }
  }
}

function problem(name: string, directory: string, error: unknown, config: Config): Finding {
  const reason = reasonOf(error);
  const words: Record<string, string> = {
    EACCES: `no es de este usuario. Dáselo al usuario con el que va Cora, o nombra otra carpeta.`,
    EPERM: `no es de este usuario. Dáselo al usuario con el que va Cora, o nombra otra carpeta.`,
    EROFS: 'solo se puede leer. Nombra una carpeta en la que se pueda escribir.',
    EEXIST: 'no es una carpeta. Nombra otra.',
    ENOTDIR: 'no es una carpeta. Nombra otra.',
    ENOSPC: 'está en un disco lleno. Haz sitio, o nombra una carpeta en otro disco.',
    EDQUOT: 'está en un disco lleno. Haz sitio, o nombra una carpeta en otro disco.',
  };
  const explained = toStartError(error, config);
  const english =
    explained === error || !(explained instanceof Error)
      ? `${name}: ${directory} cannot be written (${reason}).`
      : (explained.message.trim().split('\n').at(-1)?.trim() ?? '');
  return fail(
    `${name}: ${directory} ${words[reason] ?? `no se puede escribir (${reason}).`}`,
    english,
  );
}

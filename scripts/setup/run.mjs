import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cacheDirectory } from '../worker/path.mjs';
import { SetupError } from './error.mjs';
import { checkout, which } from './paths.mjs';

const children = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of children) terminate(child);
    process.exit(128 + os.constants.signals[signal]);
  });
}

/**
 * Runs a command with its output in a log file, and throws a SetupError that quotes the log when it
 * fails.
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.log name of the log file, without its extension
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeoutMs]
 * @param {(lines: string[]) => string[]} [options.excerpt] picks the lines of the log to quote
 * @param {(line: string) => void} [options.onStatus] gets each line that the command writes to descriptor 3
 */
export async function run(command, args, options) {
  const { log, cwd = checkout, env, timeoutMs, onStatus, excerpt = lastLines } = options;
  const logFile = path.join(makeDirectory(path.join(cacheDirectory, 'logs')), `${log}.log`);
  const output = openSync(logFile, 'w');
  // Even a set-up that is killed outright must not leave an npm behind that writes into node_modules.
  const leash = which('setpriv') ? ['setpriv', '--pdeathsig', 'TERM'] : [];
  const [file, ...rest] = [...leash, command, ...args];
  const child = spawn(file, rest, {
    cwd,
    env: env ?? process.env,
    // A process group of its own, so that a stopped build takes its compilers with it.
    detached: true,
    stdio: ['ignore', output, output, onStatus ? 'pipe' : 'ignore'],
  });
  children.add(child);
  const timer = timeoutMs && setTimeout(() => terminate(child), timeoutMs);
  if (onStatus) createInterface({ input: child.stdio[3] }).on('line', onStatus);

  const outcome = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? code)));
  });
  clearTimeout(timer);
  children.delete(child);
  closeSync(output);
  if (outcome === undefined) return;

  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  throw new SetupError(
    [
      `\`${path.basename(command)} ${args.join(' ')}\` failed (${outcome}). From ${logFile}:`,
      ...excerpt(lines).map((line) => `  ${line}`),
    ].join('\n'),
  );
}

function terminate(child) {
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function lastLines(lines) {
  return lines.slice(-25);
}

/** Makes a directory in the cache and returns it. */
export function makeDirectory(directory) {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new SetupError(
      `${directory} cannot be made (${error.code}). Set XDG_CACHE_HOME to a directory where you may write.`,
    );
  }
  return directory;
}

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const tools = path.join(checkout, 'node_modules', '.bin');
const children = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal);
    process.exit(128 + os.constants.signals[signal]);
  });
}

/**
 * Runs one of the project's tools on the project's own Node.
 * @param {string} tool name of its program in node_modules/.bin
 * @param {string[]} args
 * @param {object} options
 * @param {boolean} options.live shows its output as it comes, otherwise it is returned
 * @param {Record<string, string>} [options.env] variables beside the ones there are
 * @returns {Promise<{ passed: boolean, output: string }>}
 */
export function runTool(tool, args, { live, env }) {
  const colour = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  const child = spawn(path.join(tools, tool), args, {
    cwd: checkout,
    env: {
      ...process.env,
      ...colour,
      ...env,
      PATH: `${tools}${path.delimiter}${process.env.PATH}`,
    },
    stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);

  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    const finish = (passed, reason) => {
      children.delete(child);
      const output = Buffer.concat(chunks).toString().trim();
      resolve({ passed, output: reason ? `${output}\n${reason}`.trim() : output });
    };
    child.once('error', (error) => finish(false, error.message));
    child.once('close', (code, signal) => finish(code === 0, signal && `ended by ${signal}`));
  });
}

import { createHash } from 'node:crypto';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './progress.mjs';

const retryMs = 200;

/**
 * Runs `work` while no other set-up of this user runs work on the same directory. The lock is a
 * name in Linux's abstract socket namespace: the kernel drops it with its process, however that
 * ends, so that a killed set-up leaves none behind. Elsewhere there is no lock, and two set-ups at
 * once only do the same work twice.
 * @template T
 * @param {string} directory
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(directory, work) {
  if (process.platform !== 'linux') return work();
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  const name = `\0cora-setup-${process.getuid()}-${hash}`;

  let server = await hold(name);
  if (!server) say(`Another set-up is at work on ${directory}. Waiting for it ...`);
  while (!server) {
    await delay(retryMs);
    server = await hold(name);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** The server that holds the name, or undefined when another process has it. */
async function hold(name) {
  const server = net.createServer();
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: name }, resolve);
    });
    return server;
  } catch (error) {
    if (error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

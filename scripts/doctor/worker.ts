import { once } from 'node:events';
import { createWorker } from 'mediasoup';
import { workerBinary } from '../worker/path.mjs';
import { fail, ok, reasonOf, type Finding } from './finding.ts';

/** Whether a media worker starts and ends. */
export async function lookAtWorker(): Promise<Finding[]> {
  let binary: string;
  try {
    binary = workerBinary();
  } catch {
    return process.env['MEDIASOUP_WORKER_BIN']
      ? [
          fail(
            'MEDIASOUP_WORKER_BIN nombra un fichero que no existe. Corrígelo o quítalo.',
            'MEDIASOUP_WORKER_BIN names a file that does not exist. Correct it or unset it.',
          ),
        ]
      : [
          fail(
            'No está. Constrúyelo con: node scripts/setup.mjs',
            'It is not there. Get it with: node scripts/setup.mjs',
          ),
        ];
  }
  const startedMs = performance.now();
  try {
    const worker = await createWorker({ workerBin: binary, logLevel: 'none' });
    const ended = once(worker, 'subprocessclose');
    worker.close();
    await ended;
  } catch (error) {
    const reason = reasonOf(error);
    return [
      fail(
        `No arranca (${reason}). Vuelve a construirlo: borra ~/.cache/cora/mediasoup-worker y lanza node scripts/setup.mjs`,
        `It does not start (${reason}). Build it anew: delete ~/.cache/cora/mediasoup-worker and run node scripts/setup.mjs`,
      ),
    ];
  }
  const ms = Math.round(performance.now() - startedMs);
  return [ok(`Arranca y termina en ${ms} ms.`, `It starts and ends within ${ms} ms.`)];
}

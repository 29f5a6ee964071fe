import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workerDirectory, workerSources } from '../worker/path.mjs';
import { SetupError } from './error.mjs';
import { exclusively } from './exclusively.mjs';
import { checkout, nodeModules, pinnedNode } from './paths.mjs';
import { say, step } from './progress.mjs';
import { makeDirectory, run } from './run.mjs';

const proveScript = path.join(checkout, 'scripts/worker/prove.mjs');
const hostAnswersMs = 5_000;
const downloadMs = 120_000;
const pollMs = 500;
// g++ took up to 0.7 GB for a group of 16 files.
const compilerBytes = 0.9e9;

/** Whether there is a worker that a set-up has proved by starting it. */
export function workerIsReady() {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (existsSync(given)) return true;
    throw new SetupError(
      `MEDIASOUP_WORKER_BIN names ${given}, which does not exist: correct it or unset it.`,
    );
  }
  const { binary, proof } = files(workerDirectory());
  return (
    existsSync(binary) && existsSync(proof) && readFileSync(proof, 'utf8') === fingerprint(binary)
  );
}

/** Gets the prebuilt worker through mediasoup's own installer. Returns whether that gave a worker that starts. */
export async function fetchWorker() {
  if (process.env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD || !(await hostAnswers())) return false;
  return exclusively(workerDirectory(), async () => {
    if (workerIsReady()) return true;
    const mediasoup = path.join(nodeModules, 'mediasoup');
    try {
      await step('Downloading the mediasoup worker', async () => {
        await run(pinnedNode, ['npm-scripts.mjs', 'postinstall'], {
          log: 'worker-download',
          cwd: mediasoup,
          timeoutMs: downloadMs,
          // Without a Python its installer stops where it would start a build of its own.
          env: { ...process.env, PYTHON: 'false', MEDIASOUP_LOCAL_DEV: '' },
        });
        await admit(path.join(mediasoup, 'worker/out/Release/mediasoup-worker'));
      });
      return true;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say('No prebuilt mediasoup worker runs on this machine, so it is built from its sources.');
      return false;
    }
  });
}

/** Builds the worker from the C++ sources in the npm package. */
export async function compileWorker() {
  await exclusively(workerDirectory(), async () => {
    if (workerIsReady()) return;
    const build = makeDirectory(`${workerDirectory()}.build`);
    await step('Compiling the mediasoup worker', async (report) => {
      const timer = setInterval(() => report(compiled(path.join(build, 'groups'))), pollMs);
      const recipe = path.join(checkout, 'scripts/worker/Makefile');
      const args = ['-s', `-j${jobs()}`, '-f', recipe, `SRC=${workerSources}`, `OUT=${build}`];
      try {
        await run('make', args, { log: 'worker-build' });
      } finally {
        clearInterval(timer);
      }
      report('trying it');
      await admit(path.join(build, 'mediasoup-worker'));
    });
    rmSync(build, { recursive: true, force: true });
  });
}

async function hostAnswers() {
  const { repository } = JSON.parse(
    readFileSync(path.join(nodeModules, 'mediasoup/package.json'), 'utf8'),
  );
  const url =
    process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ||
    repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  try {
    await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(hostAnswersMs),
    });
    return true;
  } catch {
    say(`${new URL(url).host} does not answer, so the mediasoup worker is built from its sources.`);
    return false;
  }
}

/** Starts the binary, and takes it into the cache when it works: in one rename, so that no half entry can be seen. */
async function admit(binary) {
  await run(pinnedNode, [proveScript, binary], { log: 'worker-proof' });
  const directory = workerDirectory();
  const staged = makeDirectory(`${directory}.${process.pid}`);
  const entry = files(staged);
  copyFileSync(binary, entry.binary);
  writeFileSync(entry.proof, fingerprint(entry.binary));
  rmSync(directory, { recursive: true, force: true });
  renameSync(staged, directory);
}

function files(directory) {
  return {
    binary: path.join(directory, 'mediasoup-worker'),
    proof: path.join(directory, 'proved'),
  };
}

/** Tells a binary that was cut short or replaced from the one that was proved. */
function fingerprint(binary) {
  const { size, mtimeMs } = statSync(binary);
  return `${size} bytes, modified at ${mtimeMs}\n`;
}

function jobs() {
  return Math.max(
    1,
    Math.min(os.availableParallelism(), Math.floor(process.availableMemory() / compilerBytes)),
  );
}

function compiled(groups) {
  if (!existsSync(groups)) return '';
  const names = readdirSync(groups);
  const objects = new Set(names.filter((name) => name.endsWith('.o')));
  let done = 0;
  let all = 0;
  for (const name of names.filter((each) => each.endsWith('.cpp'))) {
    const text = readFileSync(path.join(groups, name), 'utf8');
    const sources = text.split('#include').length - 1;
    all += sources;
    if (objects.has(name.replace(/cpp$/, 'o'))) done += sources;
  }
  return all === 0 ? '' : `${done} of ${all} files (${Math.floor((100 * done) / all)} %)`;
}

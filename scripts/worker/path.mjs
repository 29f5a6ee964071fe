import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const recipe = fileURLToPath(new URL('.', import.meta.url));
const checkout = path.resolve(recipe, '../..');

/** What Cora keeps between checkouts. A cache: deleting it costs a build, nothing else. */
export const cacheDirectory = path.join(
  process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'),
  'cora',
);

/** The worker's C++ sources, which come with the npm package. */
export const workerSources = path.join(checkout, 'node_modules/mediasoup/worker');

/**
 * The directory of the worker that fits this checkout and this machine. The distribution is part
 * of its name because the binary is linked to the distribution's OpenSSL.
 */
export function workerDirectory() {
  const name = [
    mediasoupVersion(),
    process.platform,
    process.arch,
    distribution(),
    recipeHash(),
  ].join('-');
  return path.join(cacheDirectory, 'mediasoup-worker', name);
}

/**
 * The mediasoup worker to start: `MEDIASOUP_WORKER_BIN` when it is set, otherwise the one that
 * `scripts/setup.mjs` left in the cache.
 * @throws {Error} when there is none.
 */
export function workerBinary() {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  const binary = given || path.join(workerDirectory(), 'mediasoup-worker');
  if (existsSync(binary)) return binary;
  throw new Error(
    given
      ? `MEDIASOUP_WORKER_BIN names ${given}, which does not exist. Correct it or unset it.`
      : `There is no mediasoup worker at ${binary}. Run \`node scripts/setup.mjs\` to get one.`,
  );
}

function mediasoupVersion() {
  const manifest = path.join(checkout, 'node_modules/mediasoup/package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

function distribution() {
  if (!existsSync('/etc/os-release')) return 'unknown';
  const release = readFileSync('/etc/os-release', 'utf8');
  const field = (name) => release.match(new RegExp(`^${name}="?([\\w.]+)`, 'm'))?.[1] ?? '';
  return field('ID') + field('VERSION_ID');
}

function recipeHash() {
  const hash = createHash('sha256');
  for (const file of recipeFiles()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(recipe, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}

/** Only what the binary depends on, so that a word in the README does not cost a build. */
function recipeFiles() {
  const shim = readdirSync(path.join(recipe, 'shim'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(recipe, path.join(entry.parentPath, entry.name)));
  return ['Makefile', 'libsrtp.sh', ...shim].sort();
}

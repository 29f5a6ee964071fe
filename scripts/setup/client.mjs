import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkout, nodeModules, pinnedNode, stampDirectory } from './paths.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const stampFile = path.join(stampDirectory, 'client');
const inputs = ['protocol', 'web'];
const generated = ['web/dist', 'web/paraglide'];
// Inlang writes a cache and notes beside its settings whenever it runs.
const inlangProject = 'web/project.inlang';

/** Whether web/dist was built from what web/ and protocol/ hold now. */
export function clientIsCurrent() {
  return (
    existsSync(path.join(checkout, 'web/dist/index.html')) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp()
  );
}

export async function buildClient() {
  const vite = path.join(nodeModules, 'vite/bin/vite.js');
  // Taken before the build, so that an edit during it makes the result old.
  const built = stamp();
  rmSync(stampFile, { force: true });
  await step('Building the client', () =>
    run(pinnedNode, [vite, 'build', '--config', 'web/vite.config.ts'], { log: 'client' }),
  );
  mkdirSync(stampDirectory, { recursive: true });
  writeFileSync(stampFile, built);
}

function stamp() {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...inputs.flatMap(filesUnder)]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(checkout, file)))
      .update('\0');
  }
  return `${hash.digest('hex')}\n`;
}

function filesUnder(directory) {
  if (generated.includes(directory)) return [];
  if (directory === inlangProject) return [`${inlangProject}/settings.json`];
  return readdirSync(path.join(checkout, directory), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = `${directory}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(inner) : [inner];
    });
}

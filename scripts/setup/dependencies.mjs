import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { SetupError } from './error.mjs';
import { checkout, nodeModules, pinnedNode, stampDirectory, which } from './paths.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const lockFile = path.join(checkout, 'package-lock.json');
const stampFile = path.join(stampDirectory, 'dependencies');

export function dependenciesAreCurrent() {
  return existsSync(pinnedNode) && readText(stampFile) === stamp();
}

export async function installDependencies() {
  if (!existsSync(lockFile)) {
    throw new SetupError('package-lock.json is missing: `git checkout package-lock.json`.');
  }
  // After an `npm install` of the developer's own there is nothing left to do but check.
  if (!isInstalledAsLocked()) await installAsLocked();
  if (!(await pinnedNodeRuns())) await repairPinnedNode();
  mkdirSync(stampDirectory, { recursive: true });
  writeFileSync(stampFile, stamp());
}

/**
 * What `npm ci` is for, which npm 11.19 refuses: the lock cannot name optional packages for other
 * platforms that their registry lacks.
 */
async function installAsLocked() {
  const { packages } = JSON.parse(readText(lockFile));
  const manifest = JSON.parse(readText(path.join(checkout, 'package.json')));
  for (const group of ['dependencies', 'devDependencies']) {
    if (!isDeepStrictEqual(packages[''][group], manifest[group])) {
      throw new SetupError(
        `package-lock.json does not belong to package.json (${group}): run \`npm install\` and commit both.`,
      );
    }
  }
  await step('Installing the npm packages', async () => {
    // Without a stamp an earlier install was cut short, and npm would keep half unpacked packages.
    await rm(existsSync(stampFile) ? stampFile : nodeModules, { recursive: true, force: true });
    await npm(['install', '--no-save', '--include=dev', '--loglevel=error']);
  });
  if (!isInstalledAsLocked()) {
    throw new SetupError(
      'npm did not install what package-lock.json names. Delete node_modules and start again.',
    );
  }
}

function stamp() {
  const lock = createHash('sha256').update(readText(lockFile)).digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

/** npm notes in node_modules/.package-lock.json, as its last act, what it has installed. */
function isInstalledAsLocked() {
  const installed = readText(path.join(nodeModules, '.package-lock.json'));
  if (!installed) return false;
  const actual = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(readText(lockFile)).packages).every(
    ([place, { version, optional }]) =>
      place === '' || (actual[place] ? actual[place].version === version : optional),
  );
}

async function npm(args) {
  const searchPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    // `npm start` puts these first, and npm must not run on a Node that it is about to delete.
    .filter((directory) => !directory.endsWith('node_modules/.bin'))
    .join(path.delimiter);
  const command = which('npm', searchPath);
  if (!command) {
    throw new SetupError('npm is missing: install the one that belongs to your Node.');
  }
  const env = { ...process.env, PATH: searchPath };
  // The manifest of the running script would be taken for the one to install.
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle)_|^npm_(node_)?execpath$|^npm_command$/.test(name)) {
      delete env[name];
    }
  }
  // Any value keeps mediasoup's installer from downloading or building: the worker has its own step.
  env.MEDIASOUP_WORKER_BIN ??= 'later';
  await run(command, args, { log: 'npm', env, excerpt: npmErrors });
}

/** npm prints the reason first and pages of help after it. */
function npmErrors(lines) {
  return lines.filter((line) => /^npm (error|ERR!) ./.test(line)).slice(0, 12);
}

async function pinnedNodeRuns() {
  const { version } = JSON.parse(readText(path.join(nodeModules, 'node/package.json')));
  try {
    const { stdout } = await promisify(execFile)(pinnedNode, ['--version']);
    return stdout.trim() === `v${version}`;
  } catch {
    return false;
  }
}

/** The package `node` fetches its binary in an install script, which npm's settings may forbid. */
async function repairPinnedNode() {
  await step('Fetching the pinned Node', async () => {
    await run(process.execPath, ['installArchSpecificPackage.js'], {
      log: 'node',
      cwd: path.join(nodeModules, 'node'),
    });
    rmSync(pinnedNode, { force: true });
    mkdirSync(path.dirname(pinnedNode), { recursive: true });
    symlinkSync('../node/bin/node', pinnedNode);
  });
  if (!(await pinnedNodeRuns())) {
    throw new SetupError(
      `The Node that the npm package \`node\` brought to ${pinnedNode} does not run on this machine (${process.platform} ${process.arch}); Cora is at home on Linux with glibc, x64 or arm64.`,
    );
  }
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

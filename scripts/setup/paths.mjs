import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const nodeModules = path.join(checkout, 'node_modules');

/** Node 24 from the npm package `node`, whatever version runs this script. */
export const pinnedNode = path.join(nodeModules, '.bin/node');

/** What set-up remembers about this checkout. `npm ci` empties it together with the rest. */
export const stampDirectory = path.join(nodeModules, '.cora');

/** Where a shell would find the command, or undefined. */
export function which(command, searchPath = process.env.PATH ?? '') {
  return searchPath
    .split(path.delimiter)
    .map((directory) => path.join(directory, command))
    .find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

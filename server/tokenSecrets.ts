import {
  PREVIOUS_SECRET_FILE,
  SECRET_FILE,
  loadOrCreateSecret,
  loadPreviousSecret,
} from './auth/secret.ts';
import { requireStrongSecret, type Config } from './config.ts';

type Given = Pick<Config, 'tokenSecret' | 'previousTokenSecret' | 'dataDirectory'>;

/**
 * What signs tokens, and what signed them before: those of both are taken.
 * @throws ConfigError
 */
export function tokenSecrets(config: Given): [string, ...string[]] {
  const { tokenSecret, previousTokenSecret, dataDirectory } = config;
  if (tokenSecret !== undefined) {
    return previousTokenSecret === undefined ? [tokenSecret] : [tokenSecret, previousTokenSecret];
  }
  const current = requireStrongSecret(
    loadOrCreateSecret(dataDirectory),
    dataDirectory,
    SECRET_FILE,
  );
  const previous = loadPreviousSecret(dataDirectory);
  if (previous === null) return [current];
  return [current, requireStrongSecret(previous, dataDirectory, PREVIOUS_SECRET_FILE)];
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '#server/config.ts';
import { tokenSecrets } from '#server/tokenSecrets.ts';

const CURRENT = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const PREVIOUS = 'Zq4sT7wN1xV8rB5mK2yC9hG6jF3dL0pE';

describe('the secrets that sign', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'cora-secrets-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const secrets = (tokenSecret?: string, previousTokenSecret?: string) =>
    tokenSecrets({ tokenSecret, previousTokenSecret, dataDirectory: directory });
  const put = (name: string, secret: string) =>
    writeFileSync(path.join(directory, name), `${secret}\n`);

  it('[SE4] are those of the settings, and then none of a file', () => {
    put('token-secret-previous', 'a'.repeat(40));
    expect(secrets(CURRENT)).toEqual([CURRENT]);
    expect(secrets(CURRENT, PREVIOUS)).toEqual([CURRENT, PREVIOUS]);
  });

  it('[SE4] are those of the files where the settings have none', () => {
    put('token-secret', CURRENT);
    expect(secrets()).toEqual([CURRENT]);
    put('token-secret-previous', PREVIOUS);
    expect(secrets()).toEqual([CURRENT, PREVIOUS]);
  });

  it.each(['token-secret', 'token-secret-previous'])(
    '[SE5] do not begin with a short %s',
    (name) => {
      put(name, 'canary4711');
      expect(() => secrets()).toThrow(ConfigError);
      expect(() => secrets()).toThrow(new RegExp(`DATA_DIR: .*/${name} is too short`));
      expect(() => secrets()).not.toThrow(/canary4711/);
    },
  );
});

import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateSecret, loadPreviousSecret } from '#server/auth/secret.ts';

describe('the secret of a server that was given none', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'cora-secret-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('[SE1] is made once and outlives a restart', () => {
    const data = path.join(directory, 'deep', 'data');
    const secret = loadOrCreateSecret(data);
    expect(loadOrCreateSecret(data)).toBe(secret);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(loadOrCreateSecret(path.join(directory, 'other'))).not.toBe(secret);
  });

  it('[SE2] can be read by its owner only', () => {
    const data = path.join(directory, 'data');
    loadOrCreateSecret(data);
    expect(statSync(path.join(data, 'token-secret')).mode & 0o777).toBe(0o600);
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });

  it('[SE3] is another after it was moved aside, where it is found as the one before', () => {
    const secret = loadOrCreateSecret(directory);
    expect(loadPreviousSecret(directory)).toBeNull();
    const file = path.join(directory, 'token-secret');
    renameSync(file, `${file}-previous`);
    expect(loadOrCreateSecret(directory)).not.toBe(secret);
    expect(loadPreviousSecret(directory)).toBe(secret);
  });
});

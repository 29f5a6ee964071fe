import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { problemsOf } from '#tests/support/configProblems.ts';

const GOOD_SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const OLD_SECRET = 'Zq4sT7wN1xV8rB5mK2yC9hG6jF3dL0pE';

describe('settings', () => {
  it('[CF1] have defaults that serve this machine alone', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3_000,
      listenIp: '127.0.0.1',
      publicUrl: undefined,
      tokenSecret: undefined,
      previousTokenSecret: undefined,
      logLevel: 'info',
    });
  });

  it('[CF2] are read as they are meant', () => {
    const config = readConfig({
      PATH: '/usr/bin',
      HOST: '0.0.0.0',
      PORT: '8080',
      PUBLIC_URL: 'https://cora.example.org/',
      ALLOWED_ORIGINS: ' https://a.example , http://localhost:5173/,',
      LISTEN_IP: '0.0.0.0',
      ANNOUNCED_ADDRESS: '203.0.113.7',
      RTC_PORT: '0',
      WORKERS: '3',
      TOKEN_SECRET: GOOD_SECRET,
      TOKEN_SECRET_PREVIOUS: OLD_SECRET,
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 8_080,
      publicUrl: 'https://cora.example.org',
      allowedOrigins: ['https://a.example', 'http://localhost:5173'],
      announcedAddress: '203.0.113.7',
      rtcPort: 0,
      workers: 3,
      tokenSecret: GOOD_SECRET,
      previousTokenSecret: OLD_SECRET,
    });
  });

  it.each([
    ['HOST', 'localhost', 'IP address'],
    ['PORT', 'http', 'from 0 to 65535'],
    ['PORT', '', 'from 0 to 65535'],
    ['PORT', '-1', 'from 0 to 65535'],
    ['PORT', '65536', 'from 0 to 65535'],
    ['PORT', '3e3', 'from 0 to 65535'],
    ['RTC_PORT', '1.5', 'from 0 to 65535'],
    ['WORKERS', '0', 'from 1 to 64'],
    ['WORKERS', '99999999999999999999', 'from 1 to 64'],
    ['STAGE_SLOTS', '9', 'from 1 to 8'],
    ['MAX_PEERS_PER_ROOM', '0', 'from 1 to 10000'],
    ['PUBLIC_URL', 'cora.example.org', 'https://cora.example.org'],
    ['PUBLIC_URL', 'ftp://cora.example.org', 'https://'],
    ['PUBLIC_URL', 'https://cora.example.org/app', 'leave out path'],
    ['ALLOWED_ORIGINS', 'https://a.example,nonsense', 'https://'],
    ['LISTEN_IP', 'eth0', 'IP address'],
    ['ANNOUNCED_ADDRESS', 'http://x', 'IP address or a host name'],
    ['ANNOUNCED_ADDRESS', 'a b', 'IP address or a host name'],
    ['RECORDINGS_DIR', ' ', 'directory'],
    ['DATA_DIR', '', 'directory'],
    ['LOG_LEVEL', 'loud', 'write fatal, error, warn'],
    ['TOKEN_SECRET', 'short', 'openssl rand'],
  ])('[CF3] %s=%s is refused with its name and what to write', (name, value, fix) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .*\\.$`));
    expect(problems[0]).toContain(fix);
  });

  it.each([
    'true',
    '*',
    'proxy.example',
    'loopback',
    '0.0.0.0/0',
    '::/0',
    '128.0.0.0/1',
    '10.0.0.0/33',
  ])('[AD6] TRUSTED_PROXIES=%s is refused with what to write', (value) => {
    const problems = problemsOf({ TRUSTED_PROXIES: `127.0.0.1, ${value}` });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^TRUSTED_PROXIES: .*addresses of your own proxies.*\.$/);
  });

  it('[AD7] trust no proxy unless they are told of it, and then that one alone', () => {
    const trusts = (list: string | undefined, address: string) =>
      readConfig(list === undefined ? {} : { TRUSTED_PROXIES: list }).isTrustedProxy(address);
    const list = '127.0.0.1, 10.1.0.0/16,2001:db8::/32 , ::1,';
    expect(trusts(undefined, '127.0.0.1')).toBe(false);
    for (const address of ['127.0.0.1', '10.1.255.3', '2001:db8:9::1', '::1']) {
      expect(trusts(list, address), address).toBe(true);
    }
    for (const address of ['127.0.0.2', '10.2.0.1', '2001:db9::1', '', 'nonsense']) {
      expect(trusts(list, address), address).toBe(false);
    }
  });

  it('[CF4] are refused all at once, a line each', () => {
    const problems = problemsOf({ PORT: 'x', HOST: 'y', LOG_LEVEL: 'z' });
    expect(problems.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'HOST',
      'LOG_LEVEL',
      'PORT',
    ]);
  });

  it.each([
    ['too short', 'kX7pW2mQ9v'],
    ['of one letter', 'a'.repeat(64)],
    ['a sample', 'CHANGE-ME-kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ'],
    ['a sample too', 'my-super-secret-key-0123456789-abcdefghij'],
  ])('[CF5] a secret that is %s is refused and not shown', (_what, secret) => {
    for (const name of ['TOKEN_SECRET', 'TOKEN_SECRET_PREVIOUS']) {
      const problems = problemsOf({ TOKEN_SECRET: GOOD_SECRET, [name]: secret });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name}: `));
      expect(problems[0]).not.toContain(secret);
    }
  });

  it.each([
    ['TOKEN_SECRET_PREVIOUS', { TOKEN_SECRET_PREVIOUS: OLD_SECRET }],
    ['TOKEN_SECRET_PREVIOUS', { TOKEN_SECRET: OLD_SECRET, TOKEN_SECRET_PREVIOUS: OLD_SECRET }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://cora.example.org', LISTEN_IP: '203.0.113.7' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '192.168.1.5' }],
    ['HOST', { PUBLIC_URL: 'http://localhost:3000', HOST: '0.0.0.0' }],
    ['ANNOUNCED_ADDRESS', { LISTEN_IP: '0.0.0.0', ANNOUNCED_ADDRESS: '0.0.0.0' }],
    ['RTC_PORT', { RTC_PORT: '65535', WORKERS: '2' }],
    ['LISTEN_IP', { LISTEN_IP: '0.0.0.0' }],
    ['LISTEN_IP', { LISTEN_IP: '::' }],
    ['LISTEN_IP', { PUBLIC_URL: 'https://cora.example.org' }],
  ])('[CF6] unsafe together: %s of %o', (name, environment) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .+\\.$`));
  });

  it.each([
    [{ PUBLIC_URL: 'https://cora.example.org', LISTEN_IP: '203.0.113.7' }],
    [{ PUBLIC_URL: 'https://c.example', LISTEN_IP: '0.0.0.0', ANNOUNCED_ADDRESS: 'c.example' }],
    [{ LISTEN_IP: '192.168.1.5' }],
  ])('[CF7] safe together: %o', (environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });

  const STORE = {
    S3_BUCKET: 'cora-recordings',
    S3_ACCESS_KEY_ID: 'cora',
    S3_SECRET_ACCESS_KEY: 'canary4711',
  };

  it.each([
    ['S3_BUCKET', { S3_BUCKET: 'Not a bucket' }, 'name of a bucket'],
    ['S3_ENDPOINT', { S3_ENDPOINT: 's3.example.org' }, 'https://s3.example.org'],
    ['S3_ENDPOINT', { S3_ENDPOINT: 'https://s3.example.org/?x=1' }, 'leave out all but a path'],
    ['S3_ENDPOINT', { S3_ENDPOINT: 'https://me:canary4711@s3.example.org' }, 'leave out all but'],
    ['S3_ENDPOINT', { ...STORE, S3_ENDPOINT: 'http://s3.example.org' }, 'without TLS'],
    ['S3_REGION', { ...STORE, S3_REGION: 'Spain, north' }, 'a region such as'],
    ['S3_REGION', STORE, 'say which'],
    ['S3_PREFIX', { ...STORE, S3_REGION: 'eu-south-2', S3_PREFIX: '/x' }, 'a folder such as'],
    ['S3_SECRET_ACCESS_KEY', { ...STORE, S3_SECRET_ACCESS_KEY: ' ' }, 'the secret of'],
  ])('[CF9] for an object store are refused: %s of %o', (name, environment, fix) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .*\\.$`));
    expect(problems[0]).toContain(fix);
    expect(problems[0]).not.toContain('canary4711');
  });

  it.each(['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])(
    '[CF10] for an object store are refused without %s',
    (name) => {
      const problems = problemsOf({ ...STORE, S3_REGION: 'eu-south-2', [name]: undefined });
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: .+ or none\\.$`))]);
    },
  );

  it('[CF11] for an object store are read as they are meant, and none without them', () => {
    expect(readConfig({}).objectStorage).toBeUndefined();
    const endpoint = 'http://127.0.0.1:9000';
    const { objectStorage } = readConfig({ ...STORE, S3_ENDPOINT: endpoint, S3_PREFIX: 'a/b' });
    expect(objectStorage).toEqual({
      bucket: 'cora-recordings',
      endpoint: `${endpoint}/`,
      region: 'us-east-1',
      accessKeyId: 'cora',
      secretAccessKey: 'canary4711',
      prefix: 'a/b/',
    });
    const amazon = readConfig({ ...STORE, S3_REGION: 'eu-south-2' }).objectStorage;
    expect(amazon).toMatchObject({ endpoint: undefined, region: 'eu-south-2', prefix: '' });
  });

  it('[CF8] that are wrong end the server with exit code 78 and the reason', async () => {
    const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
    const server = spawn(process.execPath, [main], {
      env: { PORT: 'x', TOKEN_SECRET: 'canary4711' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: Buffer[] = [];
    server.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [code] = (await once(server, 'close')) as [number];
    expect(code).toBe(78);
    expect(Buffer.concat(said).toString()).toMatch(
      /^Cora cannot start.*\n {2}PORT: .*\n {2}TOKEN_SECRET: /,
    );
    expect(Buffer.concat(said).toString()).not.toContain('canary4711');
  });
});

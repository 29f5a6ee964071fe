import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { configWarnings } from '#server/config/warnings.ts';

const PUBLIC_URL = 'https://cora.example.org';
const warningsOf = (environment: Record<string, string>) =>
  configWarnings(
    readConfig({ PUBLIC_URL, LISTEN_IP: '0.0.0.0', TRUSTED_PROXIES: '127.0.0.1', ...environment }),
  ).map(({ text }) => text);

describe('a server that can start', () => {
  it.each([
    '10.0.0.5',
    '172.31.255.254',
    '192.168.1.5',
    '100.64.0.1',
    '169.254.1.1',
    '127.0.0.1',
    '::1',
    'fd12::1',
    'fe80::1',
    '::ffff:10.0.0.5',
    'localhost',
  ])('[CF15] is warned where a page of the world is told of %s', (address) => {
    const warnings = warningsOf({ ANNOUNCED_ADDRESS: address });
    expect(warnings).toEqual([expect.stringMatching(/^ANNOUNCED_ADDRESS: .*set .*\.$/)]);
    expect(warnings[0]).toContain(`${address} is private`);
  });

  it('[CF15] is warned of the address that it listens on, too', () => {
    expect(warningsOf({ LISTEN_IP: '192.168.1.5' })).toEqual([
      expect.stringMatching(/^LISTEN_IP: 192\.168\.1\.5 is private/),
    ]);
  });

  it.each([
    { ANNOUNCED_ADDRESS: '203.0.113.7' },
    { ANNOUNCED_ADDRESS: '172.32.0.1' },
    { ANNOUNCED_ADDRESS: '2001:db8::7' },
    { ANNOUNCED_ADDRESS: 'cora.example.org' },
    { LISTEN_IP: '203.0.113.7' },
    { PUBLIC_URL: 'https://192.168.1.5', LISTEN_IP: '192.168.1.5' },
    { PUBLIC_URL: 'https://[fd12::1]', LISTEN_IP: 'fd12::1' },
    { PUBLIC_URL: 'http://localhost:3000', LISTEN_IP: '127.0.0.1' },
  ])('[CF16] is left in peace where its address can be right: %o', (environment) => {
    expect(warningsOf(environment)).toEqual([]);
  });

  it('[AD8] is warned where a proxy that it does not know makes everybody one address', () => {
    const reachable = { ANNOUNCED_ADDRESS: '203.0.113.7' };
    for (const TRUSTED_PROXIES of ['', '10.0.0.1']) {
      expect(warningsOf({ ...reachable, TRUSTED_PROXIES })).toEqual([
        expect.stringMatching(/^TRUSTED_PROXIES: .*Set TRUSTED_PROXIES to 127\.0\.0\.1/),
      ]);
    }
    for (const peaceful of [
      { TRUSTED_PROXIES: '127.0.0.0/8' },
      { TRUSTED_PROXIES: '::1' },
      { TRUSTED_PROXIES: '', HOST: '192.0.2.1' },
      { TRUSTED_PROXIES: '', PUBLIC_URL: 'http://localhost:3000' },
    ]) {
      expect(warningsOf({ ...reachable, ...peaceful })).toEqual([]);
    }
  });
});

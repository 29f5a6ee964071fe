import { describe, expect, it } from 'vitest';
import { addressOf } from '#server/signaling/clientAddress.ts';

const PROXIES = ['127.0.0.1', '10.0.0.2', '2001:db8::2'];
const isTrusted = (address: string) => PROXIES.includes(address);

const seen = (remoteAddress: string | undefined, forwarded?: string | string[]) =>
  addressOf(
    {
      headers: (forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) as never,
      socket: { remoteAddress },
    },
    isTrusted,
  );

describe('whom a request is counted for', () => {
  it('[AD1] is the socket’s other end, whatever a header says, unless that is a proxy of one’s own', () => {
    expect(seen('192.0.2.1')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '198.51.100.9')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '127.0.0.1')).toBe('192.0.2.1');
    expect(seen('127.0.0.1')).toBe('127.0.0.1');
    expect(seen(undefined)).toBe('');
  });

  it.each([
    ['a forged entry', 'evil.example, 203.0.113.5'],
    ['a forged address', '198.51.100.9, 203.0.113.5'],
    ['a forged proxy', '127.0.0.1, 203.0.113.5'],
    ['a chain of proxies', '198.51.100.9, 203.0.113.5, 10.0.0.2'],
    ['two headers', ['198.51.100.9', '203.0.113.5,10.0.0.2']],
    ['a port', '203.0.113.5:4711'],
    ['a mapped address', '::ffff:203.0.113.5'],
    ['no spaces, or many', '198.51.100.9,  203.0.113.5 ,10.0.0.2'],
    ['a long header', `${'9.9.9.9, '.repeat(2_000)}203.0.113.5`],
  ])('[AD2] is the last stranger of a proxy’s header with %s', (_what, forwarded) => {
    expect(seen('127.0.0.1', forwarded)).toBe('203.0.113.5');
  });

  it.each([
    ['nothing', ''],
    ['nonsense', 'unknown'],
    ['a name', 'client.example'],
    ['too large a number', '256.1.1.1'],
    ['a comma alone', ','],
    ['half an address', '[2001:db8::1'],
    ['an address before nonsense', '203.0.113.5, nonsense'],
  ])('[AD3] is the proxy itself where its header has %s', (_what, forwarded) => {
    expect(seen('127.0.0.1', forwarded)).toBe('127.0.0.1');
  });

  it('[AD4] is one address, whether IPv6 wraps it or not', () => {
    for (const mapped of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
      expect(seen(mapped)).toBe('192.0.2.1');
    }
    expect(seen('::ffff:127.0.0.1', '203.0.113.5')).toBe('203.0.113.5');
  });

  it('[AD5] is a /64 of IPv6, however it is written, and no more than that', () => {
    const one = seen('2001:db8:1:2::1');
    for (const same of ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002:0:0:0:9']) {
      expect(seen(same)).toBe(one);
      expect(seen('127.0.0.1', `[${same}]:4711`)).toBe(one);
    }
    expect(seen('2001:db8:1:3::1')).not.toBe(one);
    expect(seen('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(seen('::1')).toBe('0:0:0:0::/64');
    expect(seen('1:2:3:4:5:6:7:8')).toBe('1:2:3:4::/64');
    expect(seen('2001:db8::2', '2001:db8:5::7')).toBe('2001:db8:5:0::/64');
  });
});

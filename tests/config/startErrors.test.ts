import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#server/config.ts';
import { toStartError } from '#server/config/startErrors.ts';
import { withBindCode } from '#server/media/bindError.ts';

const config = readConfig({
  LISTEN_IP: '192.0.2.1',
  DATA_DIR: '/srv/cora/data',
  RECORDINGS_DIR: '/srv/cora/data/recordings',
});

const system = (facts: object) => Object.assign(new Error('as the system says it'), facts);
const listen = (code: string) => system({ code, syscall: 'listen', port: 3_000 });
const bind = (words: string) => withBindCode(new Error(words));
const file = (code: string, path: string) => system({ code, syscall: 'open', path });

describe('what a start meets', () => {
  it.each([
    ['PORT', '3000 is taken', listen('EADDRINUSE')],
    ['PORT', '3000 is not for this user', listen('EACCES')],
    ['HOST', '127.0.0.1 is no address', listen('EADDRNOTAVAIL')],
    [
      'RTC_PORT',
      '40000 is taken',
      bind(
        "uv_udp_bind() failed [protocol:udp, ip:'192.0.2.1', port:40000]: address already in use",
      ),
    ],
    [
      'RTC_PORT',
      '443 is not for this user',
      bind("uv_tcp_bind() failed [protocol:tcp, ip:'192.0.2.1', port:443]: permission denied"),
    ],
    [
      'LISTEN_IP',
      '192.0.2.1 is no address',
      bind("port bind failed due to address not available [protocol:udp, ip:'192.0.2.1', port:9]"),
    ],
    ['DATA_DIR', 'token-secret', file('EACCES', '/srv/cora/data/token-secret.7')],
    ['DATA_DIR', '/srv/cora is not', file('EACCES', '/srv/cora')],
    ['DATA_DIR', 'only be read', file('EROFS', '/srv/cora/data')],
    ['DATA_DIR', 'no space left', file('ENOSPC', '/srv/cora/data/token-secret.7')],
    ['RECORDINGS_DIR', 'is no directory', file('EEXIST', '/srv/cora/data/recordings')],
    ['RECORDINGS_DIR', 'is not this user', file('EACCES', '/srv/cora/data/recordings')],
  ])('[CF12] is told as a fault of %s: %s', (name, words, error) => {
    const told = toStartError(error, config);
    expect(told).toBeInstanceOf(ConfigError);
    const [, problem = ''] = (told as Error).message.split('\n');
    expect(problem).toMatch(new RegExp(`^  ${name}: .+\\. .+\\.$`));
    expect(problem).toContain(words);
  });

  it('[CF13] is told as it is where no setting is to blame', () => {
    const others = [
      file('EACCES', '/usr/lib/cora/web/dist'),
      file('EMFILE', '/srv/cora/data'),
      listen('EMFILE'),
      bind('Channel request handler with ID 7 already exists'),
      'no error at all',
    ];
    for (const error of others) expect(toStartError(error, config)).toBe(error);
  });
});

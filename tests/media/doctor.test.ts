import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '#tests/support/certificate.ts';
import { diagnose } from '#tests/support/doctor.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { StrictProxy } from '#tests/support/strictProxy.ts';

const TALKER = fileURLToPath(new URL('../speech/support/talker.mjs', import.meta.url));
const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
/** Twice what it takes at most on a machine with nothing else to do. */
const DEADLINE_MS = 30_000;
/** Nobody listens there. */
const NOWHERE = 9;

describe('npm run doctor', { timeout: 60_000 }, () => {
  let home: string;
  let ports: { http: number; rtc: number };
  let settings: Record<string, string>;

  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'cora-doctor-'));
  });
  beforeEach(async () => {
    ports = { http: await freePort(), rtc: await freePort() };
    settings = {
      PORT: String(ports.http),
      RTC_PORT: String(ports.rtc),
      WORKERS: '1',
      SPEECH: 'none',
      RECORDINGS_DIR: path.join(home, 'deep', 'recordings'),
      DATA_DIR: path.join(home, 'data'),
    };
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('[DR1] finds a machine well that is, in seconds, and leaves it as it was', async () => {
    const { code, text, of, ms } = await diagnose(settings);
    // Whether somebody keeps the clock right is the machine's own matter.
    expect(text.match(/^(note|bad) +(?!Clock).*/gm)).toBe(null);
    expect(code).toBe(0);
    expect(of('Media worker')[0]).toMatch(/^ok: It starts and ends within \d+ ms\.$/);
    expect(of('Web port')).toEqual([`ok: ${ports.http} is free.`]);
    expect(of('Sound ports')).toEqual([`ok: ${ports.rtc} are free, UDP and TCP.`]);
    expect(of('Reach')[0]).toContain('ok: The sound ports answer');
    expect(of('Folders')).toHaveLength(2);
    expect(existsSync(path.join(home, 'deep'))).toBe(false);
    expect(existsSync(path.join(home, 'data'))).toBe(false);
    expect(ms).toBeLessThan(DEADLINE_MS);
  });

  it('[DR2] knows a Cora that runs, and has its worker answer', async () => {
    const { http, rtc } = ports;
    const server = await ServerProcess.start({
      port: http,
      environment: { RTC_PORT: String(rtc) },
    });
    onTestFinished(() => server.cleanUp());
    const { code, of } = await diagnose(settings);
    expect(of('Web port')).toEqual([`ok: Cora answers at http://127.0.0.1:${http}.`]);
    expect(of('Sound ports')).toEqual([`ok: ${rtc}: Cora has them.`]);
    expect(of('Reach')[0]).toContain('ok: The sound ports answer');
    expect(code).toBe(0);
    // With other settings than it was started with.
    const other = await diagnose({ ...settings, RTC_PORT: String(await freePort()) });
    expect(other.of('Sound ports')[0]).toMatch(/^note: Cora runs, but not on the ports/);
    expect(other.code).toBe(0);
    const stranger = createSocket('udp4').bind(await freePort(), '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address();
    const taken = await diagnose({ ...settings, RTC_PORT: String(port) });
    expect(taken.of('Sound ports')[0]).toContain(`bad: RTC_PORT: another program has UDP ${port}`);
  });

  it('[DR3] names a port that another program has', async () => {
    const web = await listening(createServer(), ports.http);
    const udp = createSocket('udp4');
    udp.bind(ports.rtc, '127.0.0.1');
    await once(udp, 'listening');
    onTestFinished(() => {
      web.close();
      udp.close();
    });
    const { code, of } = await diagnose(settings);
    expect(of('Web port')[0]).toContain(`bad: PORT: another program has ${ports.http}`);
    expect(of('Sound ports')).toEqual([
      `bad: RTC_PORT: another program has UDP ${ports.rtc}. Stop it, or write another port.`,
    ]);
    expect(code).toBe(1);
  });

  it('[DR4] names a directory that cannot be used, and says why', async () => {
    const file = path.join(home, 'file');
    await writeFile(file, '');
    const { code, of } = await diagnose({
      ...settings,
      RECORDINGS_DIR: path.join(file, 'recordings'),
      DATA_DIR: '/sys/cora',
    });
    const [recordings, data] = of('Folders');
    expect(recordings).toMatch(/^bad: RECORDINGS_DIR: .* is no directory\. Name another\.$/);
    expect(data).toMatch(/^bad: DATA_DIR: \/sys\/cora (is not this user's|can only be read)/);
    expect(code).toBe(1);
  });

  it('[DR5] misses a worker that is not there, and one that does not start', async () => {
    const missing = await diagnose({ ...settings, MEDIASOUP_WORKER_BIN: '/nowhere/worker' });
    expect(missing.of('Media worker')[0]).toContain('bad: MEDIASOUP_WORKER_BIN names a file');
    expect(missing.code).toBe(1);
    const dead = await diagnose({ ...settings, MEDIASOUP_WORKER_BIN: '/bin/false' });
    expect(dead.of('Media worker')[0]).toContain('bad: It does not start');
    expect(dead.code).toBe(1);
  });

  it('[DR6] hears whether the voice says something', async () => {
    const talker = `${process.execPath} ${TALKER} speak`;
    const spoken = await diagnose({ ...settings, SPEECH: 'command', SPEECH_COMMAND: talker });
    expect(spoken.of('Voice')[0]).toMatch(/^ok: It said “Hola” \(\d+ ms of sound\)/);
    expect(spoken.code).toBe(0);
    const { code, of } = await diagnose({
      ...settings,
      SPEECH: 'command',
      SPEECH_COMMAND: '/nowhere/piper --quiet',
    });
    expect(of('Voice')[0]).toContain('bad: SPEECH_COMMAND: it said nothing');
    expect(code).toBe(1);
  });

  it('[DR7] looks at a certificate as browsers do', async () => {
    const site = { PUBLIC_URL: '' };
    const lookAt = async (days: number, name: string, trusted: boolean) => {
      const certificate = await makeCertificate({ folder: home, name, days });
      const front = createTlsServer(certificate, (socket) => {
        socket.on('error', () => {});
        const onward = connect(ports.http, '127.0.0.1').on('error', () => socket.destroy());
        socket.pipe(onward).pipe(socket);
      });
      await listening(front);
      onTestFinished(() => void front.close());
      site.PUBLIC_URL = `https://localhost:${(front.address() as AddressInfo).port}`;
      const authority: Record<string, string> = trusted
        ? { NODE_EXTRA_CA_CERTS: certificate.file }
        : {};
      const { code, of } = await diagnose({ ...settings, ...site, ...authority });
      return [code, of('TLS and proxy')] as const;
    };
    expect(await lookAt(90, 'localhost', true)).toEqual([
      0,
      [
        'ok: The certificate is good for 89 days.',
        `ok: ${site.PUBLIC_URL} leads to Cora.`,
        'ok: WebSocket gets through.',
      ],
    ]);
    const [soonCode, [soon]] = await lookAt(5, 'localhost', true);
    expect([soonCode, soon]).toEqual([
      0,
      expect.stringContaining('note: The certificate ends in 4'),
    ]);
    const [expiredCode, [expired]] = await lookAt(-1, 'localhost', true);
    expect([expiredCode, expired]).toEqual([1, expect.stringContaining('has expired')]);
    const [, [stranger]] = await lookAt(30, 'localhost', false);
    expect(stranger).toContain('bad: Browsers do not trust the certificate of localhost');
    const [, [misnamed]] = await lookAt(30, 'other.example.org', true);
    expect(misnamed).toBe('bad: The certificate is not for localhost. Get one with that name.');
  });

  it('[DR8] notices a proxy that lets no WebSocket through, or leads elsewhere', async () => {
    const certificate = await makeCertificate({ folder: home, name: 'localhost', days: 60 });
    const strict = await StrictProxy.open(`http://127.0.0.1:${ports.http}`, certificate);
    const lost = await StrictProxy.open(`http://127.0.0.1:${NOWHERE}`, certificate);
    onTestFinished(() => {
      strict.close();
      lost.close();
    });
    const trust = { NODE_EXTRA_CA_CERTS: certificate.file };
    const one = await diagnose({ ...settings, ...trust, PUBLIC_URL: strict.url });
    expect(one.of('TLS and proxy')).toEqual([
      expect.stringContaining('ok: The certificate'),
      `ok: ${strict.url} leads to Cora.`,
      expect.stringContaining('bad: The proxy lets no WebSocket through (403)'),
    ]);
    expect(one.code).toBe(1);
    const other = await diagnose({ ...settings, ...trust, PUBLIC_URL: lost.url });
    expect(other.of('TLS and proxy')[1]).toContain(`bad: The proxy at ${lost.url} does not reach`);
  });

  it('[DR9] waits for nobody who does not answer, and gives no secret away', async () => {
    const deaf = await listening(createServer(() => {}));
    onTestFinished(() => void deaf.close());
    const { port } = deaf.address() as AddressInfo;
    const { code, of, text, ms } = await diagnose({
      ...settings,
      TURN_URLS: `turn:127.0.0.1:${NOWHERE}?transport=tcp,turn:127.0.0.1:${port}?transport=tcp`,
      TURN_SECRET: SECRET,
      TOKEN_SECRET: [...SECRET].toReversed().join(''),
      S3_BUCKET: 'cora',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: 'canary-4711',
      S3_SECRET_ACCESS_KEY: 'canary-4712',
    });
    const [refused, silent] = of('STUN and TURN');
    expect(refused).toContain('does not answer (ECONNREFUSED)');
    expect(silent).toContain('does not answer (no answer)');
    expect(of('Object store')[0]).toMatch(/^bad: /);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(DEADLINE_MS);
    for (const secret of [SECRET, [...SECRET].toReversed().join(''), 'canary']) {
      expect(text).not.toContain(secret);
    }
  });

  it('[DR10] says with 78 that settings keep a server from starting', async () => {
    const { code, text } = await diagnose({ ...settings, LISTEN_IP: '0.0.0.0' });
    expect(code).toBe(78);
    expect(text).toContain('LISTEN_IP: 0.0.0.0 stands for every address');
  });

  it('[DR11] speaks Spanish to who does, and paints nothing into a file', async () => {
    const { code, text } = await diagnose({ ...settings, LANG: 'es_MX.UTF-8' });
    expect(code).toBe(0);
    expect(text).toContain('bien  Motor de sonido   Arranca y termina en');
    expect(text).toContain('Todo listo.');
    expect(text).not.toContain('\x1b');
  });

  it('[DR12] warns where sound is announced at an address that does not answer from here', async () => {
    const { code, of } = await diagnose({ ...settings, ANNOUNCED_ADDRESS: '192.0.2.1' });
    expect(of('Reach')[0]).toMatch(/^note: From here 192\.0\.2\.1 is not reached on UDP/);
    expect(code).toBe(0);
  });

  it('[DR18] tells a proxy that it does not know from a private address, in Spanish too', async () => {
    const behindProxy = {
      ...settings,
      LANG: 'es_ES.UTF-8',
      PUBLIC_URL: 'https://cora.example.org',
      LISTEN_IP: '0.0.0.0',
    };
    const unknown = await diagnose({ ...behindProxy, ANNOUNCED_ADDRESS: '203.0.113.7' });
    const [page, proxy, ...more] = unknown.of('Dirección');
    expect(page).toBe(
      'bien: La página está en https://cora.example.org, y el sonido en 203.0.113.7.',
    );
    expect(proxy).toMatch(/^ojo: TRUSTED_PROXIES: un proxy .* Pon 127\.0\.0\.1 en TRUSTED_PROXIES/);
    expect(more).toEqual([]);
    expect(unknown.text).not.toContain('privada');
    const both = await diagnose({ ...behindProxy, ANNOUNCED_ADDRESS: '127.0.0.1' });
    expect(both.of('Dirección')).toEqual([
      expect.stringMatching(/^ojo: ANNOUNCED_ADDRESS: 127\.0\.0\.1 es una dirección privada/),
      expect.stringMatching(/^ojo: TRUSTED_PROXIES: un proxy/),
    ]);
  });
});

async function listening<Kind extends Server>(server: Kind, port = 0): Promise<Kind> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port that was free a moment ago, over TCP and UDP, and is none of those that systems give out. */
async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = createServer();
  const socket = createSocket('udp4');
  try {
    await listening(server, port);
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return port;
  } catch {
    return await freePort();
  } finally {
    server.close();
    socket.close();
  }
}

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RoomCreated, TransportOptions } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { RawSocket, accessToken } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';

/** What an honest peer may wait for an answer while others misbehave. */
const HONEST_ACK_MS = 250;
const RANDOM_ID = '3f1c9a52-7d0e-4b6a-9c58-1a2b3c4d5e6f';
const DTLS = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }],
};
const OPUS = {
  mimeType: 'audio/opus',
  clockRate: 48_000,
  channels: 2,
  payloadType: 111,
  parameters: { useinbandfec: 1 },
};
const rtp = (over: object = {}) => ({
  mid: '0',
  codecs: [OPUS],
  encodings: [{ ssrc: 1_234_567 }],
  rtcp: { cname: 'x' },
  ...over,
});

/** A token as the server signs it, but for its end, in seconds since 1970. */
function endingAt(token: string, exp: number, secret: string): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp };
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const LISTEN = { rtpCapabilities: opusCapabilities() };

describe('what a hostile client sends to a real server', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let witness: RawSocket;
  let hostile: RawSocket;

  const open = async (role: 'moderator' | 'speaker' | 'audience', name: string) =>
    RawSocket.open(server.url, await accessToken(server.url, room, role, name));

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.cleanUp());
  beforeEach(async () => {
    room = await createRoom(server.url, 'Sala');
    witness = await open('speaker', 'Testigo');
    await witness.ask('join', {});
    hostile = await open('speaker', 'Hostil');
  });
  afterEach(async () => {
    const waitsMs: number[] = [];
    for (let asked = 0; asked < 5; asked += 1) {
      const before = performance.now();
      expect(await witness.refusal('getPhrases', { afterSeq: 0 })).toBeNull();
      waitsMs.push(performance.now() - before);
    }
    // A busy machine makes one answer late, a server that hangs most of them.
    expect(waitsMs.toSorted((a, b) => a - b)[2]).toBeLessThan(HONEST_ACK_MS);
    expect(await witness.refusal('listen', LISTEN)).toBeNull();
    witness.close();
    hostile.close();
  });

  it('[BI1] is refused before join, and can join afterwards', async () => {
    expect(await hostile.refusal('produce', { rtpParameters: rtp(), muted: false })).toBe(
      'WRONG_STATE',
    );
    expect(await hostile.refusal('createTransport', {})).toBe('WRONG_STATE');
    expect(await hostile.refusal('join', {})).toBeNull();
    expect(await hostile.refusal('produce', { rtpParameters: rtp(), muted: false })).toBe(
      'WRONG_STATE',
    );
  });

  it('[BI2] is answered with INVALID_MESSAGE when malformed, and the socket stays usable', async () => {
    await hostile.ask('join', {});
    const deep: unknown = Array.from({ length: 2_000 }).reduce((inner) => [inner], 1);
    const malformed: [string, ...unknown[]][] = [
      ['createTransport'],
      ['createTransport', null],
      ['createTransport', { direction: 'send' }],
      ['createTransport', { listenInfos: [] }],
      ['createTransport', {}, {}],
      ['createTransport', deep],
      ['setMuted', { muted: 'yes' }],
      ['no such request', {}],
      ['__proto__', {}],
      ['constructor', {}],
      ['join', { role: 'moderator' }],
    ];
    for (const [name, ...args] of malformed) {
      const expected = name === 'join' ? 'WRONG_STATE' : 'INVALID_MESSAGE';
      expect(await hostile.refusal(name, ...args), JSON.stringify([name])).toBe(expected);
    }
    expect(await hostile.refusal('createTransport', {})).toBeNull();
  });

  it('[BI3] cannot name numbers that mediasoup itself would take', async () => {
    await hostile.ask('join', {});
    await hostile.ask('createTransport', {});
    const bad = [
      rtp({ codecs: [{ ...OPUS, payloadType: -1 }] }),
      rtp({ codecs: [{ ...OPUS, payloadType: 2 ** 40 }] }),
      rtp({ codecs: [{ ...OPUS, channels: 1e9 }] }),
      rtp({ encodings: [{ ssrc: 2 ** 40 }] }),
      rtp({ encodings: [{ ssrc: 1.5 }] }),
      rtp({ codecs: [{ ...OPUS, mimeType: 'video/VP8' }] }),
      rtp({ headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 999 }] }),
    ];
    for (const rtpParameters of bad) {
      const refused = await hostile.refusal('produce', { rtpParameters, muted: false });
      expect(refused, JSON.stringify(rtpParameters)).toBe('INVALID_MESSAGE');
    }
  });

  it("[BI4] is answered for somebody else's transport as for one that does not exist", async () => {
    await hostile.ask('join', {});
    const own = await witness.ask('createTransport', {});
    const { transportId } = (own as { data: TransportOptions }).data;
    const [foreign, random] = await Promise.all(
      [transportId, RANDOM_ID].map((id) =>
        hostile.ask('connectTransport', { transportId: id, dtlsParameters: DTLS }),
      ),
    );
    expect(foreign).toEqual(random);
    expect(foreign).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  it('[BI5] gets exactly one transport a direction out of 200 at once', async () => {
    await hostile.ask('join', {});
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        index % 2 ? hostile.refusal('createTransport', {}) : hostile.refusal('listen', LISTEN),
      ),
    );
    expect(replies.filter((code) => code === null)).toHaveLength(2);
    // Until so many at once are too many, whatever they ask for.
    expect(replies.filter((code) => code === 'LIMIT_REACHED').length).toBeGreaterThan(10);
    expect(new Set(replies)).toEqual(new Set([null, 'LIMIT_REACHED', 'RATE_LIMITED']));
  });

  it('[BI6] may send nothing as audience, neither sound nor phrases nor a recording', async () => {
    const listener = await open('audience', 'Oyente');
    await listener.ask('join', {});
    const produce = { rtpParameters: rtp(), muted: false };
    expect(await listener.refusal('createTransport', {})).toBe('FORBIDDEN');
    expect(await listener.refusal('produce', produce)).toBe('FORBIDDEN');
    expect(await listener.refusal('produceData', { sctpStreamParameters: { streamId: 0 } })).toBe(
      'FORBIDDEN',
    );
    expect(await listener.refusal('startRecording', {})).toBe('FORBIDDEN');
    expect(await hostile.refusal('startRecording', {})).toBe('WRONG_STATE');
    listener.close();
  });

  it('[BI7] is cut off by an oversized frame or a binary one, alone', async () => {
    await hostile.ask('join', {});
    hostile.socket.emit('setMuted', { muted: 'x'.repeat(40_000) });
    await hostile.closed();
    const second = await open('speaker', 'Binaria');
    second.socket.emit('setMuted', { muted: Buffer.alloc(16) });
    await second.closed();
    expect(witness.socket.connected).toBe(true);
  });

  it('[BI8] does not get in without a token of this server, or from another page', async () => {
    const good = await accessToken(server.url, room, 'speaker', 'Quien');
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const raised = Buffer.from(JSON.stringify({ ...claims, role: 'moderator' })).toString(
      'base64url',
    );
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    const tokens: unknown[] = [
      undefined,
      '',
      42,
      { token: good },
      'x'.repeat(5_000),
      `${header}.${raised}.${signature}`,
      `${unsigned}.${payload}.`,
      room.invitations.moderator,
    ];
    for (const token of tokens) {
      await expect(RawSocket.open(server.url, token)).rejects.toMatchObject({
        data: { code: 'UNAUTHORIZED' },
      });
    }
    await expect(
      RawSocket.open(server.url, good, { origin: 'https://evil.example' }),
    ).rejects.toThrow();
  });

  it('[BI10] does not get in with a token whose time is over, and is shown out when it comes', async () => {
    const good = await accessToken(server.url, room, 'moderator', 'Puntual');
    const secret = await readFile(path.join(server.home, 'data', 'token-secret'), 'utf8');
    const nowS = Math.floor(Date.now() / 1_000);
    // 60 s of grace allow for two clocks.
    const over = endingAt(good, nowS - 62, secret);
    await expect(RawSocket.open(server.url, over)).rejects.toMatchObject({
      data: { code: 'TOKEN_EXPIRED' },
    });
    const list = await fetch(`${server.url}/api/rooms/${room.roomId}/recordings`, {
      headers: { authorization: `Bearer ${over}` },
    });
    expect([list.status, await list.json()]).toMatchObject([
      401,
      { error: { code: 'TOKEN_EXPIRED' } },
    ]);

    const guest = await RawSocket.open(server.url, endingAt(good, nowS - 56, secret));
    await guest.ask('join', {});
    // Good to the last, and while it is used the next one is handed out.
    const next = () => guest.notifications.find(({ name }) => name === 'tokenRefreshed')?.body;
    await expect.poll(next, { timeout: 10_000 }).toBeDefined();
    const { accessToken: renewed } = next() as { accessToken: string };
    const again = await RawSocket.open(server.url, renewed);
    expect((await again.ask('join', {})).ok).toBe(true);
    again.close();
  });

  it('[BI9] leaves nothing of a token in the log', async () => {
    const token = await accessToken(server.url, room, 'speaker', 'Quien');
    const log = server.logLines.join('\n');
    for (const secret of [token, ...Object.values(room.invitations)]) {
      expect(log).not.toContain(secret.split('.')[2]);
    }
    expect(log).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });
});

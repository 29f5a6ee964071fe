import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DtlsParameters } from '#protocol';
import { isFatalAlert, isRtp, readHello, type Hello } from '#tests/support/dtls.ts';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import type { NodePeer } from '#tests/support/nodePeer.ts';
import { Tone } from '#tests/support/tone.ts';
import { Wire } from '#tests/support/wire.ts';
import type { Ask } from '#web/client/transports.ts';

const noRecorder = { start: () => Promise.reject(new Error('not here')) };
const ANA_HZ = 700;
/** As long as a gap may be that a busy machine makes by itself. */
const STUTTER_MS = 400;

/** ECDHE with AES-GCM or ChaCha20-Poly1305: forward secrecy, and encryption that is authenticated. */
const STRONG_SUITES = [0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9];
/** AES-CM with HMAC-SHA1-80, which every browser has, and AES-GCM. */
const STRONG_PROFILES = [0x0001, 0x0007, 0x0008];
/** No encryption, no authentication, RC4, 3DES, and a key that is sent under RSA. */
const WEAK_SUITES = [0x0000, 0x0018, 0x0005, 0x000a, 0x002f, 0xc006, 0xc007, 0xc008];
const NULL_PROFILES = [0x0005, 0x0006];

describe('on the way to a worker', () => {
  let house: MediaHouse;
  let wire: Wire;
  let beto: NodePeer;
  beforeEach(async () => {
    [house, wire] = await Promise.all([MediaHouse.open(noRecorder), Wire.open()]);
    // On stage: he hears each microphone as it is.
    beto = await house.enter('speaker', 'Beto');
  });
  afterEach(async () => {
    await house.close();
    wire.close();
  });

  /** Ana, whose packets take the wire, with a tone. */
  const enterAna = async (tamper = wire.lead) => {
    const tone = Tone.playing(ANA_HZ);
    onTestFinished(() => tone.close());
    const ana = await house.enter('speaker', 'Ana', { tamper });
    return { ana, talk: () => ana.send(tone) };
  };
  const share = ({ peerId }: NodePeer) => beto.toneOf(peerId)?.shareOf(ANA_HZ) ?? 0;
  const isHeard = (ana: NodePeer) => beto.until(() => share(ana) > 0.8);

  it('[HW1] each worker has a key of its own, made when it starts', async () => {
    const other = await MediaHouse.open(noRecorder);
    const fingerprints = await Promise.all(
      [house, other].map(async ({ pool }) => {
        const { router, webRtcServer } = await pool.createRouter(() => {});
        const { dtlsParameters } = await router.createWebRtcTransport({ webRtcServer });
        return dtlsParameters.fingerprints.map(({ value }) => value);
      }),
    );
    await other.close();
    const all = fingerprints.flat();
    expect(all.length).toBeGreaterThan(2);
    expect(new Set(all).size).toBe(all.length);
  });

  it('[HW2] what is agreed has forward secrecy and is authenticated', async () => {
    const agreed: Hello[] = [];
    wire.pass = (packet, way) => {
      const hello = way === 'down' ? readHello(packet) : null;
      if (hello) agreed.push(hello);
      return [packet];
    };
    const { ana, talk } = await enterAna();
    await talk();
    await isHeard(ana);
    // One for each of her transports.
    expect(agreed).toHaveLength(2);
    for (const { version, cipherSuites, srtpProfiles } of agreed) {
      expect(version.readUInt16BE()).toBe(0xfefd);
      expect(STRONG_SUITES).toContain(cipherSuites.readUInt16BE());
      expect(STRONG_PROFILES).toContain(srtpProfiles.readUInt16BE());
    }
  });

  it.each([
    ['weak ciphers', ({ cipherSuites }: Hello) => fill(cipherSuites, WEAK_SUITES)],
    ['SRTP without encryption', ({ srtpProfiles }: Hello) => fill(srtpProfiles, NULL_PROFILES)],
    ['DTLS 1.0', ({ version }: Hello) => fill(version, [0xfeff])],
  ])('[HW3] nothing is agreed with a client that offers only %s', async (_what, weaken) => {
    const seen = { weakened: 0, agreed: 0, alerts: 0 };
    wire.pass = (packet, way) => {
      const hello = readHello(packet);
      if (way === 'up' && hello) {
        weaken(hello);
        seen.weakened += 1;
      } else if (way === 'down') {
        if (hello && hello.srtpProfiles.length > 0) seen.agreed += 1;
        if (isFatalAlert(packet)) seen.alerts += 1;
      }
      return [packet];
    };
    await enterAna();
    await vi.waitFor(() => expect(seen.alerts).toBeGreaterThan(0), 5_000);
    expect(seen).toMatchObject({ weakened: expect.toSatisfy((it) => it > 0), agreed: 0 });
  });

  it.each([
    ['changed', (packet: Buffer) => [spoilt(packet)]],
    ['made up beside the real ones', (packet: Buffer) => [madeUp(packet), packet]],
    ['repeated', (packet: Buffer) => [packet, packet, packet]],
  ])('[HW4] no packet is believed that is %s', async (what, tamper) => {
    const { ana, talk } = await enterAna();
    await talk();
    await isHeard(ana);
    const sound = beto.toneOf(ana.peerId)!;
    sound.takeLongestQuietMs();
    wire.pass = (packet, way) => (way === 'up' && isRtp(packet) ? tamper(packet) : [packet]);
    if (what === 'changed') {
      await beto.until(() => sound.loudness < 0.001);
    } else {
      await delay(2_000);
      await isHeard(ana);
      expect(sound.takeLongestQuietMs()).toBeLessThan(STUTTER_MS);
    }
    wire.pass = (packet) => [packet];
    await isHeard(ana);
  });

  it('[HW5] malformed packets from a peer’s own address disturb nobody', async () => {
    const { ana, talk } = await enterAna();
    await talk();
    await isHeard(ana);
    const sound = beto.toneOf(ana.peerId)!;
    sound.takeLongestQuietMs();
    const workers = house.pool.pids;
    for (let round = 0; round < 100; round += 1) {
      for (const packet of malformed()) wire.inject(packet);
      await delay(10);
    }
    expect(sound.takeLongestQuietMs()).toBeLessThan(STUTTER_MS);
    await isHeard(ana);
    expect(house.pool.pids).toEqual(workers);
  });

  it('[HW6] a stranger who begins a handshake first is not answered, and the peer gets in', async () => {
    const hellos: Buffer[] = [];
    wire.pass = (packet, way) => {
      if (way === 'up' && readHello(packet)) hellos.push(Buffer.from(packet));
      return [packet];
    };
    const { ana, talk } = await enterAna();
    await vi.waitFor(() => expect(hellos).toHaveLength(1), 5_000);
    let answers = 0;
    const strangers = Array.from({ length: 3 }, () => createSocket('udp4'));
    for (const stranger of strangers) stranger.on('message', () => (answers += 1));
    const shouting = setInterval(() => {
      for (const it of strangers) it.send(hellos[0]!, wire.serverPort, '127.0.0.1');
    }, 1);
    onTestFinished(() => {
      clearInterval(shouting);
      for (const stranger of strangers) stranger.close();
    });
    // Her transport for sending begins its handshake among them.
    await talk();
    await isHeard(ana);
    expect(answers).toBe(0);
  });

  it('[HW7] a peer whose certificate is not the one it told of sends nothing', async () => {
    const { ana, talk } = await enterAna((ask) => wire.lead(withOtherFingerprint(ask)));
    const talking = talk().then(
      () => 'she can talk',
      () => 'she cannot',
    );
    expect(await Promise.race([talking, delay(3_000, 'not yet')])).toBe('not yet');
    // Her microphone is announced all the same, since signalling knows of no certificate.
    expect(beto.toneOf(ana.peerId)?.loudness).toBe(0);
  });
});

/** One bit of its sound is another. */
function spoilt(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  copy[copy.length - 12]! ^= 1;
  return copy;
}

/** One that comes next by its number, with a sound of chance. */
function madeUp(packet: Buffer): Buffer {
  const copy = Buffer.concat([packet.subarray(0, 12), randomBytes(packet.length - 12)]);
  copy.writeUInt16BE((packet.readUInt16BE(2) + 1) & 0xffff, 2);
  return copy;
}

/** Each kind of packet that a worker tells apart by its first bytes, cut off or overdrawn. */
function malformed(): Buffer[] {
  const rtp = Buffer.concat([Buffer.from('9f6f0001000003c0000004d2', 'hex'), randomBytes(8)]);
  return [
    Buffer.alloc(0),
    Buffer.from([0x80]),
    rtp.subarray(0, 11),
    rtp,
    Buffer.from('90ef0001000003c0000004d2bedeffff', 'hex'),
    Buffer.from('81c8ffff000004d2', 'hex'),
    Buffer.from('16fefd000000000000000000ff01', 'hex'),
    Buffer.from('000100ff2112a442', 'hex'),
    randomBytes(1 + Math.floor(Math.random() * 1_400)),
    randomBytes(60_000),
  ];
}

/** Tells the server of a certificate that is not the peer's. */
function withOtherFingerprint(ask: Ask['request']): Ask['request'] {
  return ((name: never, input: { dtlsParameters?: DtlsParameters }) => {
    for (const fingerprint of input.dtlsParameters?.fingerprints ?? []) {
      fingerprint.value = fingerprint.value.replace(/^../, (it) => (it === '00' ? '01' : '00'));
    }
    return ask(name, input as never);
  }) as Ask['request'];
}

/** Writes numbers of two bytes over a list, over and over. */
function fill(list: Buffer, numbers: readonly number[]): void {
  for (let at = 0; at < list.length; at += 2) {
    list.writeUInt16BE(numbers[(at / 2) % numbers.length] as number, at);
  }
}

import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlainTransport } from 'mediasoup/types';
import { expect, it, onTestFinished, vi } from 'vitest';
import { rtpParameters } from '#tests/support/builders.ts';
import type { MediaHouse } from '#tests/support/mediaRoom.ts';
import { RecordedHouse } from '#tests/support/recordedHouse.ts';
import { Tone } from '#tests/support/tone.ts';

const BETO_HZ = 700;
const SSRC = 1_234_567;
const FLOOD_PACKETS_PER_SECOND = 2_000;
const PATIENCE_MS = 15_000;
/** As long as a gap may be that a busy machine makes by itself. */
const STUTTER_MS = 800;
const UNDISTURBED_MS = 3_000;
const GRANTED = { answer: 'granted', language: 'es', named: true } as const;

/**
 * From here on transports take plain RTP, so that a test can send as much of it as it likes: a worker
 * does with it what it does with what it has decrypted. Resolves with the port of the next one.
 */
function takePlainRtp(house: MediaHouse): { untilOpened: Promise<number>; begin: () => void } {
  const opened = Promise.withResolvers<number>();
  let isOn = false;
  const createRouter = house.pool.createRouter.bind(house.pool);
  vi.spyOn(house.pool, 'createRouter').mockImplementation(async (died) => {
    const made = await createRouter(died);
    const createTransport = made.router.createWebRtcTransport.bind(made.router);
    vi.spyOn(made.router, 'createWebRtcTransport').mockImplementation(async (options) => {
      if (!isOn) return createTransport(options as never);
      const listenInfo = { protocol: 'udp', ip: '127.0.0.1' } as const;
      const plain: PlainTransport = await made.router.createPlainTransport({
        ...{ listenInfo, comedia: true, rtcpMux: true, enableSctp: true },
      });
      opened.resolve(plain.tuple.localPort);
      return plain as never;
    });
    return made;
  });
  return { untilOpened: opened.promise, begin: () => (isOn = true) };
}

/** Sends until it is told to stop: one Opus frame a packet. Returns what stops it. */
function flood(port: number): () => void {
  const socket = createSocket('udp4');
  const packet = Buffer.alloc(12 + 80, 0x5a);
  packet.writeUInt16BE(0x806f, 0);
  packet.writeUInt32BE(SSRC, 8);
  packet.writeUInt8(0xf8, 12);
  const beganMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - beganMs) * FLOOD_PACKETS_PER_SECOND) / 1_000;
    for (; sent < due; sent += 1) {
      packet.writeUInt16BE(sent & 0xffff, 2);
      packet.writeUInt32BE((sent * 960) >>> 0, 4);
      socket.send(Buffer.from(packet), port, '127.0.0.1');
    }
  }, 1);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

it('[FD1] goes on with sound and recording while somebody floods their microphone, and sends them away', async () => {
  const recorded = await RecordedHouse.open();
  const { house } = recorded;
  const plain = takePlainRtp(house);
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('speaker', 'Beto');
  const tone = Tone.playing(BETO_HZ);
  onTestFinished(() => tone.close());
  await beto.send(tone);
  const { recordingId } = await ana.request('startRecording', {});
  await beto.request('answerConsent', { recordingId, ...GRANTED });
  const heard = () => ana.heard.get(beto.peerId);
  await ana.until(() => (heard()?.shareOf(BETO_HZ) ?? 0) > 0.8);
  heard()?.takeLongestQuietMs();
  await delay(UNDISTURBED_MS);
  const usualMs = heard()?.takeLongestQuietMs() ?? NaN;

  const dora = house.visitor('speaker', 'Dora');
  await dora.request('join', {});
  plain.begin();
  await dora.request('createTransport', { direction: 'send' });
  const { pids } = house.pool;
  await dora.request('produce', { rtpParameters: rtpParameters(), muted: false });
  await dora.request('answerConsent', { recordingId, ...GRANTED });
  const stop = flood(await plain.untilOpened);
  onTestFinished(stop);
  await dora.until(() => dora.told('removed').length > 0, PATIENCE_MS);
  expect(dora.told('removed')).toEqual([{ code: 'RATE_LIMITED' }]);
  await ana.until(() => ana.told('rosterChanged').some(({ left }) => left.includes(dora.peerId)));
  // It goes on outside, where nobody has to do with it any more.
  await recorded.captures(recordingId, [beto], 2);

  expect(heard()?.takeLongestQuietMs()).toBeLessThan(usualMs + STUTTER_MS);
  expect(heard()?.shareOf(BETO_HZ)).toBeGreaterThan(0.8);
  expect(house.pool.pids).toEqual(pids);
  const again = house.visitor('speaker', 'Dora', { peerId: dora.peerId });
  await expect(again.request('join', {})).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await ana.request('stopRecording', {});
  const manifest = await recorded.ready(ana, recordingId);
  expect(manifest.speakers.map(({ displayName }) => displayName)).toContain('Beto');
});

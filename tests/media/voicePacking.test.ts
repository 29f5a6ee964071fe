import { expect, it } from 'vitest';
import { packetSamples } from '#server/domain/opus.ts';
import { parseRtp, type RtpPacket } from '#server/domain/rtp.ts';
import { SfuVoice } from '#server/media/roomVoice.ts';
import { StageHouse } from '#tests/support/stageHouse.ts';
import { encodeVoice, syntheticVoice } from '#tests/support/syntheticVoice.ts';

const PACKETS = encodeVoice(syntheticVoice({ pitchHz: 140, seconds: 1 })).slice(20, 31);

it("[KV1] the room's voice goes out in fewer packets, to its last frame, while a recorder has each by itself", async () => {
  const house = await StageHouse.open(1);
  try {
    const voice = await SfuVoice.create(house.direct);
    voice.setFramesPerPacket(3);
    const { rtpCapabilities } = house.router;
    const consumer = await house.direct.consume({ producerId: voice.producerId, rtpCapabilities });
    const heard: RtpPacket[] = [];
    const samples = () =>
      heard.reduce((sum, { payload }) => sum + (packetSamples(payload) ?? 0), 0);
    const isAll = new Promise<void>((resolve) => {
      consumer.on('rtp', (packet) => {
        const rtp = parseRtp(packet);
        if (rtp) heard.push({ ...rtp, payload: Uint8Array.from(rtp.payload) });
        if (samples() >= PACKETS.length * 960) resolve();
      });
    });
    const kept = PACKETS.map((packet, index) =>
      parseRtp(voice.send(packet, { timestamp: index * 960, marker: index === 0 })),
    );
    await isAll;
    expect(heard.length).toBeLessThanOrEqual(6);
    expect(heard.map(({ marker }) => marker)).toEqual(heard.map((_, index) => index === 0));
    expect(samples()).toBe(PACKETS.length * 960);
    expect(kept.map((rtp) => Buffer.from(rtp?.payload ?? []))).toEqual(
      PACKETS.map((packet) => Buffer.from(packet)),
    );
    const [first] = kept;
    expect(kept.map((rtp) => ((rtp?.sequence ?? 0) - (first?.sequence ?? 0)) & 0xffff)).toEqual(
      PACKETS.map((_, index) => index),
    );
  } finally {
    await house.close();
  }
});

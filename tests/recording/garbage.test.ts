import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { random } from '../domain/support/talker.ts';
import { addTrack, openStudio, pathOf, peerId, RECORDING, ROOM, say } from './support/studio.ts';
import { at, decodeOgg, FRAME_MS, sinePackets, strength } from './support/sound.ts';
import { rtpPacket } from './support/rtp.ts';

const noise = random(5);
const bytes = (size: number) => Uint8Array.from({ length: size }, () => noise() * 256);
const [proper] = sinePackets({ frequency: 200, packets: 1 }) as [Uint8Array];
const any32 = () => Math.floor(noise() * 2 ** 32);

/** Garbage for each packet of the victim, of which there are 250. */
const COPIES = 10;

const PESTS: readonly {
  what: string;
  copies?: number;
  packet: (index: number) => Uint8Array;
}[] = [
  { what: 'random bytes for packets', packet: () => bytes(Math.floor(noise() * 200)) },
  {
    what: '100,000 random payloads',
    copies: 400,
    packet: (index) =>
      rtpPacket({ sequence: index, timestamp: index * 96, payload: bytes(1 + noise() * 100) }),
  },
  {
    what: 'payloads of one byte',
    packet: (index) => rtpPacket({ sequence: index, timestamp: index * 96, payload: bytes(1) }),
  },
  {
    what: 'timestamps 2^31 away and back',
    packet: (index) =>
      rtpPacket({ sequence: index, timestamp: (index % 2) * 2 ** 31 + index, payload: proper }),
  },
  {
    what: 'timestamps 2^31 ahead and behind in turn',
    packet: (index) =>
      rtpPacket({
        sequence: index,
        timestamp: index * 96 + [0, 2 ** 31 - 1, 0, -(2 ** 31)][index % 4]!,
        payload: proper,
      }),
  },
  {
    what: 'sequence numbers and timestamps that wrap',
    packet: (index) =>
      rtpPacket({
        sequence: 64_000 + index,
        timestamp: 2 ** 32 - 1e5 + index * 96,
        payload: proper,
      }),
  },
  {
    what: 'random timestamps and sequence numbers',
    packet: () => rtpPacket({ sequence: any32(), timestamp: any32(), payload: proper }),
  },
  {
    what: 'timestamps that creep ahead a second a packet',
    packet: (index) => rtpPacket({ sequence: index, timestamp: index * 47_000, payload: proper }),
  },
  { what: 'packets larger than any', packet: () => Buffer.alloc(20_000, 0x80) },
];

describe('a sender of garbage', () => {
  it.each(PESTS)(
    '[RX1] harms no other track and makes no large file: $what',
    async ({ packet, copies = COPIES }) => {
      const studio = await openStudio();
      const pest = addTrack(studio.recording, 1);
      const victim = addTrack(studio.recording, 2);
      const packets = sinePackets({ frequency: 440, packets: 250 });
      for (const [index, payload] of packets.entries()) {
        say(victim, index, payload);
        for (let copy = 0; copy < copies; copy++) pest.rtp(packet(index * copies + copy));
        pest.senderReport({ ntpSeconds: any32(), ntpFraction: any32(), rtpTimestamp: any32() });
        studio.clock.nowMs += FRAME_MS;
        // What no sender could do: five seconds' worth at once. The disk gets its turn.
        if (copies > COPIES) await setImmediate();
      }
      await studio.recording.stop('stopped');
      expect(await studio.finalized).toBe('ready');

      expect(studio.failures()).toBe(0);
      const manifest = (await studio.store.get(ROOM, RECORDING))?.manifest;
      const speaker = manifest?.speakers.find((one) => one.peerId === peerId(2));
      expect(speaker).toMatchObject({ packets: 250, lostPackets: 0 });
      expect(speaker?.segments).toEqual([{ startSeconds: 0, endSeconds: 5 }]);
      const path = pathOf(studio, speaker?.file.path ?? '');
      const samples = await decodeOgg(await readFile(path));
      expect(samples).toHaveLength(240_000);
      for (const second of [0.2, 1, 2, 3, 4]) {
        expect(strength(at(samples, second), 440)).toBeGreaterThan(0.3);
      }
      for (const { file } of manifest?.speakers ?? []) {
        expect((await stat(pathOf(studio, file.path))).size).toBeLessThan(200_000);
      }
    },
  );
});

import type { RoomCreated, TransportOptions } from '#protocol';
import { writeRtp } from '../../../scripts/loadtest/rtpPacket.ts';
import { FRAME_MS, FRAME_SAMPLES } from '../../../scripts/loadtest/voice.ts';
import { SENT, WayOut } from '../../../scripts/loadtest/wayOut.ts';
import { answerQuestions } from '../helper.ts';
import { stampedFrame } from './stampedFrame.ts';
import { Caller } from './visitors.ts';

// A process of people who speak without a pause and hear nobody: what an audience costs is what is wanted.
// Each has a phase of their own within 20 ms, and is loudest in turn.

export interface SpeakersWanted {
  readonly room: RoomCreated;
  /** How many there are to be, all in all. */
  readonly count: number;
}

const [url = ''] = process.argv.slice(2);
/** So long somebody is among the loudest. */
const TURN_FRAMES = 150;
const LOUD = 20;
const QUIET = 45;
const LOUDEST = 3;
const TICK_MS = 1;
const GOLDEN = 0.618;

const seats: { wayOut: WayOut; phaseMs: number; next: number; ssrc: number }[] = [];
const sinceMs = performance.now();

async function enter(room: RoomCreated, index: number): Promise<void> {
  const ssrc = 50_000 + index;
  const caller = await Caller.enter(url, room, { role: 'speaker', number: 100_000 + index });
  await caller.ask('join', {});
  const wayOut = new WayOut({ name: `S${index}`, host: '127.0.0.1', ssrc });
  const transport = await caller.ask<TransportOptions>('createTransport', {});
  const { transportId } = transport;
  const { dtlsParameters, rtpParameters, sctpStreamParameters } = wayOut;
  await caller.ask('connectTransport', { transportId, dtlsParameters });
  wayOut.open(transport);
  await caller.ask('produce', { rtpParameters, muted: false });
  await caller.ask('produceData', { sctpStreamParameters });
  await wayOut.connected;
  const phaseMs = (index * GOLDEN * FRAME_MS) % FRAME_MS;
  seats.push({ wayOut, phaseMs, next: dueAt(phaseMs), ssrc });
}

function dueAt(phaseMs: number): number {
  return Math.floor((performance.now() - sinceMs - phaseMs) / FRAME_MS);
}

function levelOf(index: number, frame: number): number {
  const turn = Math.floor(frame / TURN_FRAMES);
  const place = (index - turn + seats.length * turn) % seats.length;
  return place < LOUDEST ? LOUD : QUIET;
}

setInterval(() => {
  for (const [index, seat] of seats.entries()) {
    for (const due = dueAt(seat.phaseMs); seat.next < due; seat.next += 1) {
      const packet = writeRtp({
        ...SENT,
        marker: false,
        sequence: seat.next,
        timestamp: seat.next * FRAME_SAMPLES,
        ssrc: seat.ssrc,
        level: levelOf(index, seat.next),
        payload: stampedFrame(),
      });
      seat.wayOut.send(packet);
    }
  }
}, TICK_MS);

answerQuestions(async ({ room, count }: SpeakersWanted) => {
  while (seats.length < count) await enter(room, seats.length);
});

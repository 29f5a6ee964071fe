import type { Listening, RoomCreated } from '#protocol';
import { WayIn } from '../../../scripts/loadtest/wayIn.ts';
import { answerQuestions } from '../helper.ts';
import { monotonicMs } from './listenerCrowd.ts';
import { stampOf } from './stampedFrame.ts';
import { Caller } from './visitors.ts';

// A process of a few listeners who decipher what comes, and say how long it was on its way.

export type EarsAsked =
  | { readonly enter: { readonly room: RoomCreated; readonly count: number } }
  | { readonly hear: true };

const [url = ''] = process.argv.slice(2);
const kept: WayIn[] = [];
let delaysMs: number[] = [];

async function enter(room: RoomCreated, number: number): Promise<void> {
  const caller = await Caller.enter(url, room, { role: 'audience', number: 200_000 + number });
  const way = new WayIn({
    name: `E${number}`,
    host: '127.0.0.1',
    events: {
      connected() {},
      phrase() {},
      packet: ({ payload }) => {
        const sentMs = stampOf(payload);
        if (sentMs !== null) delaysMs.push(monotonicMs() - sentMs);
      },
    },
  });
  const { dtlsParameters } = way;
  const listen = {
    rtpCapabilities: {
      codecs: [
        {
          kind: 'audio',
          mimeType: 'audio/opus',
          clockRate: 48_000,
          channels: 2,
          preferredPayloadType: 100,
        },
      ],
      headerExtensions: [],
    },
    dtlsParameters,
  };
  const { listening } = await caller.ask<{ listening: Listening }>('join', listen);
  way.open(listening);
  kept.push(way);
}

answerQuestions(async (asked: EarsAsked) => {
  if ('enter' in asked) {
    const { room, count } = asked.enter;
    for (let index = 0; index < count; index += 1) await enter(room, kept.length);
    return null;
  }
  const heard = delaysMs;
  delaysMs = [];
  return heard;
});

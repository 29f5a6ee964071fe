import { setTimeout as delay } from 'node:timers/promises';
import { spread } from '../figures.ts';
import { AudienceRun } from './audienceRun.ts';
import { keepFigures, keepPlot } from './output.ts';

const ROOM = 300;
const ROOM_PER_SECOND = 60;
const JOINS_PER_SECOND = 100;
const SECONDS = 6;
const SETTLE_MS = 2_000;

/** 100 joins a second into a room of 300: from the call that enters to the first sound. */
export async function measureJoins(): Promise<string> {
  const run = await AudienceRun.start({ sound: 'automatic' });
  try {
    await run.speakers(1);
    await run.listeners(ROOM, ROOM_PER_SECOND);
    await delay(SETTLE_MS);
    const sinceMs = performance.now();
    const seated = await run.listeners(ROOM + JOINS_PER_SECOND * SECONDS, JOINS_PER_SECOND);
    const took = (performance.now() - sinceMs) / 1_000;
    await delay(SETTLE_MS);
    const heardMs = await run.crowd.firstSoundMs();
    const joined = seated.map(({ startedMs, joinedMs }) => joinedMs - startedMs);
    const heard = seated.flatMap(({ startedMs, listener }) => {
      const atMs = heardMs[listener] ?? 0;
      return atMs === 0 ? [] : [atMs - startedMs];
    });
    keepFigures('joins', { joined, heard, perSecond: seated.length / took });
    keepPlot('joins', {
      title: `${JOINS_PER_SECOND} joins a second into a room of ${ROOM}`,
      x: 'listeners in the room',
      y: 'ms',
      series: [
        { name: 'first sound', kind: 'dots', points: heard.map((ms, at) => [ROOM + at, ms]) },
        { name: 'joined', kind: 'dots', points: joined.map((ms, at) => [ROOM + at, ms]) },
      ],
    });
    return (
      `${(seated.length / took).toFixed(0)} a second; joined after ${spread(joined, 'ms')}; ` +
      `first sound after ${spread(heard, 'ms')}; ${seated.length - heard.length} heard nothing`
    );
  } finally {
    await run.end();
  }
}

import { Robot } from '#tests/support/robot.ts';
import type { Tone } from '#tests/support/tone.ts';
import type { Crowd, CrowdNews, Return } from './restartPlan.ts';

// A process with the people of some rooms, each with the browser's whole client. The first of each
// room talks. Told to watch, it says when each of them was back.

const PATIENCE_MS = 60_000;

const [given = ''] = process.argv.slice(2);
const { url, rooms, peersPerRoom } = JSON.parse(given) as Crowd;
const robots: Robot[] = [];
for (const [index, room] of rooms.entries()) {
  for (let peer = 0; peer < peersPerRoom; peer += 1) {
    const voice = peer === 0 ? { toneHz: 300 + 50 * index } : {};
    robots.push(await Robot.enter(url, room, { role: 'speaker', name: `P${peer}`, ...voice }));
  }
}
tell({ entered: robots.length });

process.once('message', () => {
  void Promise.all(robots.map((robot, index) => returnOf(robot, index % peersPerRoom > 0))).then(
    (back) => tell({ back }),
  );
});

async function returnOf(robot: Robot, listens: boolean): Promise<Return> {
  const before = new Set<Tone>(robot.ears.values());
  const giveUp = AbortSignal.timeout(PATIENCE_MS);
  const { peers } = robot.client.state;
  let joinedMs: number | null = null;
  const inMs = await new Promise<number | null>((resolve) => {
    giveUp.addEventListener('abort', () => resolve(null));
    robot.client.subscribe(() => {
      const { state } = robot.client;
      // The next server's snapshot: nobody comes or goes while there is none.
      if (state.peers !== peers) joinedMs ??= Date.now();
      if (joinedMs === null || !state.canSendPhrases || state.phrasesOnSocket) return;
      if (state.connection === 'connected') resolve(Date.now());
    });
  });
  if (!listens) return { joinedMs, inMs, heardMs: null };
  for (;;) {
    const moments = [...robot.ears.values()].flatMap((ear) =>
      before.has(ear) ? [] : (ear.firstHeardMs ?? []),
    );
    if (moments.length > 0) {
      return { joinedMs, inMs, heardMs: performance.timeOrigin + Math.min(...moments) };
    }
    if (giveUp.aborted) return { joinedMs, inMs, heardMs: null };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function tell(news: CrowdNews): void {
  process.send?.(news);
}

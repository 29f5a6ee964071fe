import type { Role } from '#protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { Robot } from '#tests/support/robot.ts';
import type { NodeCrowd, NodeNews, NodeReturn } from './nodeKillPlan.ts';

// A process with the people of some rooms. The first of each room moderates, says something, has the second moderate
// too and takes the third off the stage; the last one came to listen. Told to watch, it says when each of them is
// back, and as what.

const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

const [given = ''] = process.argv.slice(2);
const { url, rooms, peersPerRoom } = JSON.parse(given) as NodeCrowd;
const robots: Robot[] = [];
for (const room of rooms) {
  const inRoom: Robot[] = [];
  for (let peer = 0; peer < peersPerRoom; peer += 1) {
    const role: Role =
      peer === 0 ? 'moderator' : peer === peersPerRoom - 1 ? 'audience' : 'speaker';
    inRoom.push(await Robot.enter(url, room, { role, name: `P${String(peer)}`, roams: true }));
  }
  const [moderator, second, third] = inRoom;
  if (!moderator || !second || !third) throw new Error('rooms are of three at least');
  moderator.client.phrases.send('Hola a todos', 'es');
  await becomes(second, 'moderator', moderator);
  await becomes(third, 'audience', moderator);
  await Promise.all(inRoom.map((robot) => robot.until(({ phrases }) => phrases.length > 0)));
  robots.push(...inRoom);
}
tell({});

process.once('message', () => {
  const returns = robots.map(returnOf);
  tell({});
  void Promise.all(returns).then((back) => tell({ back }));
});

async function becomes(robot: Robot, role: Role, moderator: Robot): Promise<void> {
  if (robot.peerId) await moderator.client.order.setRole(robot.peerId, role);
  await robot.until(({ me }) => me?.role === role);
}

async function returnOf(robot: Robot): Promise<NodeReturn> {
  const { client } = robot;
  const { logId, me } = client.state;
  const isBack = () => client.state.logId !== logId && client.state.connection === 'connected';
  const giveUp = AbortSignal.timeout(PATIENCE_MS);
  while (!isBack() && !giveUp.aborted) await delay(LOOK_MS);
  const atMs = isBack() ? Date.now() : null;
  const { phrases, me: after } = client.state;
  const hasPhrases = phrases.some(({ text }) => text === 'Hola a todos');
  return { atMs, before: me?.role ?? null, after: after?.role ?? null, hasPhrases };
}

function tell(news: NodeNews): void {
  process.send?.(news);
}

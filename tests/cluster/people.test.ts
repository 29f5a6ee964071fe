import type { RoomCreated } from '#protocol';
import { Cluster } from '#tests/support/cluster.ts';
import { until } from '#tests/support/clusterNode.ts';
import { Robot } from '#tests/support/robot.ts';
import type { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const TONE_HZ = 440;

// One after the other: each test begins where the last one left the servers.
describe('people in a room of several servers', () => {
  let cluster: Cluster;
  let home: ServerProcess;
  let room: RoomCreated;
  let ana: Robot;
  let listeners: Robot[];

  const hear = (robots: readonly Robot[]) =>
    until(() => robots.every((it) => it.shares(TONE_HZ).some((share) => share > 0.9)));
  const say = async (text: string) => {
    ana.client.phrases.send(text, 'es');
    const isThere = ({ phrases }: Robot['client']['state']) =>
      phrases.some((phrase) => phrase.text === text);
    await Promise.all([ana, ...listeners].map((it) => it.until(isThere)));
  };

  beforeAll(async () => {
    cluster = await Cluster.start(0);
    // The first sends its whole audience elsewhere.
    const starting = [cluster.add({ WORKER_CONSUMERS: '0' }), cluster.add(), cluster.add()];
    home = (await Promise.all(starting))[0] as ServerProcess;
    room = await createRoom(home.url, 'Sala');
    const speaks = { role: 'moderator', toneHz: TONE_HZ, roams: true } as const;
    ana = await Robot.enter(home.url, room, { ...speaks, name: 'Ana' });
    listeners = [];
    for (const { url } of cluster.servers) {
      const listens = { role: 'audience', roams: true, name: 'Oyente' } as const;
      listeners.push(await Robot.enter(url, room, listens));
    }
  });
  afterAll(async () => {
    for (const robot of [ana, ...listeners]) robot.close();
    await cluster.cleanUp();
  });

  it('[QS30] hear who speaks, and read what is said, over servers that lend a place', async () => {
    await hear(listeners);
    await say('hola a todos');
    expect(lenders()).toHaveLength(1);
    expect(cluster.holderOf(room)).toBe(home);
  });

  it('[QS31] notice nothing while Redis is away, and others come in', async () => {
    await cluster.redis.end();
    const beto = await Robot.enter(home.url, room, { role: 'speaker', name: 'Beto' });
    await say('sin redis');
    await hear(listeners);
    expect(ana.client.state.connection).toBe('connected');
    beto.close();
    await cluster.redis.begin();
    await until(() => home.logLines.filter((it) => it.includes('redis answers')).length === 2);
    await say('con redis');
  });

  it('[QS32] hear on where the server is killed that lends them a place', async () => {
    const [lender] = lenders();
    await lender?.end('SIGKILL');
    await until(() => listeners.every((it) => it.shares(TONE_HZ).every((share) => share === 0)));
    await hear(listeners);
    await say('y sigue');
  });

  it('[QS33] go elsewhere when their server wakes that another followed meanwhile', async () => {
    const before = ana.client.state.logId;
    home.signal('SIGSTOP');
    const other = cluster.servers.find((it) => it !== home && it.isRunning);
    await until(async () => (await statusOf(other?.url ?? '', room)) === 200);
    home.signal('SIGCONT');
    await Promise.all([ana, ...listeners].map((it) => it.until(({ logId }) => logId !== before)));
    expect(home.logLines.some((it) => it.includes('another server has the room'))).toBe(true);
    expect(ana.client.state.me?.role).toBe('moderator');
    // What was said in its very last moment may not have been written yet.
    expect(ana.client.state.phrases.map(({ text }) => text)).toContain('con redis');
    expect(await statusOf(home.url, room)).toBe(421);
    await hear(listeners);
    await say('en otro sitio');
  });

  it('[QS34] go on elsewhere at once where their server is asked to stop', async () => {
    const before = ana.client.state.phrases.length;
    const holder = cluster.servers.find((it) => it !== home && it.isRunning);
    await holder?.end('SIGTERM');
    await Promise.all([ana, ...listeners].map((it) => it.until(isBack)));
    await say('otra vez en casa');
    expect(ana.client.state.phrases).toHaveLength(before + 1);
  });

  const lenders = () =>
    cluster.servers.filter((it) => it.logLines.some((line) => line.includes('lends a place')));
});

const isBack = ({ connection }: Robot['client']['state']) => connection === 'connected';

async function statusOf(url: string, { roomId, invitations }: RoomCreated): Promise<number> {
  const headers = { authorization: `Bearer ${invitations.audience}`, 'cora-sent': '1' };
  const { status } = await fetch(`${url}/api/rooms/${roomId}`, { headers });
  return status;
}

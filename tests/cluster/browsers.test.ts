import type { RoomCreated } from '#protocol';
import { Cluster } from '#tests/support/cluster.ts';
import { Person } from '#tests/support/person.ts';
import type { ServerProcess } from '#tests/support/server.ts';
import { ANA_HZ } from '#tests/support/talk.ts';
import { createRoom, enterRoom, roomLink, sayPhrase, seesPhrase } from '#tests/support/visit.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('browsers at three servers', () => {
  let cluster: Cluster;
  let home: ServerProcess;
  let room: RoomCreated;
  let ana: Person;
  let listeners: Person[] = [];

  beforeAll(async () => {
    // Each is full with the first who listens over it.
    const starting = Cluster.start(3, { WORKER_CONSUMERS: '1' });
    const people = ['Ana', 'Uno', 'Dos', 'Tres'].map((name) =>
      Person.open(name === 'Ana' ? { voiceHz: ANA_HZ } : {}),
    );
    cluster = await starting;
    [ana, ...listeners] = (await Promise.all(people)) as [Person, ...Person[]];
    home = cluster.servers[0] as ServerProcess;
    room = await createRoom(home.url, 'Sala');
    const [, elsewhere] = cluster.servers;
    await enterRoom(ana, roomLink(elsewhere?.url ?? '', room, 'speaker'), 'Ana');
    for (const [index, { url }] of cluster.servers.entries()) {
      const listener = listeners[index];
      if (listener) await enterRoom(listener, roomLink(url, room, 'audience'), 'Oyente');
    }
  });
  afterAll(async () => {
    await Promise.all([ana, ...listeners].map((person) => person.close()));
    await cluster.cleanUp();
  });

  it('[QS35] hear the same speaker, over a server each', async () => {
    await Promise.all(listeners.map((it) => it.hears(ANA_HZ)));
    await sayPhrase(ana, 'Hola desde otro servidor');
    await Promise.all(listeners.map((it) => seesPhrase(it, 'Hola desde otro servidor')));
    expect(cluster.holderOf(room)).toBe(home);
    const lent = cluster.servers.map(({ logLines }) => logLines.filter(isLending).length);
    expect(lent).toEqual([0, 1, 1]);
  });

  it('[QS36] hear her again, and read on, where the server of the room is killed', async () => {
    await home.end('SIGKILL');
    await sayPhrase(ana, 'Seguimos');
    await Promise.all(listeners.map((it) => seesPhrase(it, 'Seguimos')));
    await Promise.all(listeners.map((it) => it.hears(ANA_HZ)));
  });
});

const isLending = (line: string) => line.includes('lends a place');

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Role } from '#protocol';
import { identity } from '#tests/support/builders.ts';
import { Switchboard, received, type Client } from '#tests/support/switchboard.ts';

const SLOTS_MS = 200;

let board: Switchboard;
beforeEach(async () => {
  board = await Switchboard.open();
});
afterEach(() => board.close());

async function enter(role: Role): Promise<Client> {
  const client = await board.connect(identity({ role }));
  await client.ask('join', {});
  return client;
}

const told = (client: Client, name: string) =>
  client.notifications.filter((it) => it.name === name).map(({ body }) => body);

/** Everything that was told before has come by then. */
const caughtUp = (client: Client) => client.ask('echo', {});

it('[FN1] comes to each of them once, in order, and to nobody else', async () => {
  const [mia, ana] = [await enter('moderator'), await enter('speaker')];
  const crowd = [await enter('audience'), await enter('audience'), await enter('audience')];
  const outsider = await board.connect(identity({ role: 'audience' }));
  const { events } = board.house.engine.room;
  events.slotsChanged([null, null]);
  await mia.ask('changeSettings', { roomName: 'Uno' });
  board.house.clock.advance(SLOTS_MS);
  events.slotsChanged([null]);
  await mia.ask('changeSettings', { roomName: 'Dos' });
  for (const client of [...crowd, ana]) await caughtUp(client);
  for (const client of crowd) {
    const heard = client.heard.filter((name) => /slots|settings/.test(name));
    expect(heard).toEqual(['slotsChanged', 'settingsChanged', 'slotsChanged', 'settingsChanged']);
    expect(told(client, 'slotsChanged')).toEqual([{ slots: [null, null] }, { slots: [null] }]);
  }
  expect(told(ana, 'slotsChanged')).toEqual([]);
  expect(told(ana, 'settingsChanged')).toHaveLength(2);
  expect(outsider.heard).toEqual([]);
});

it('[FN2] is kept from nobody by who is gone, and told to nobody where all are', async () => {
  const mia = await enter('moderator');
  const [first, second] = [await enter('audience'), await enter('audience')];
  const { events } = board.house.engine.room;
  first.socket.io.engine.close();
  events.slotsChanged([null, null]);
  await caughtUp(second);
  expect(told(second, 'slotsChanged')).toHaveLength(1);
  const gone = received(mia.socket, 'rosterChanged');
  second.socket.io.engine.close();
  board.house.clock.advance(SLOTS_MS);
  events.slotsChanged([null]);
  await gone;
  board.house.clock.advance(SLOTS_MS);
  events.slotsChanged([]);
  await caughtUp(mia);
  expect(told(mia, 'slotsChanged')).toEqual([]);
});

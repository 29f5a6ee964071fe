import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, sayPhrase } from '#tests/support/visit.ts';

const ANA_HZ = 440;
const BETO_HZ = 1_000;

describe('two who talk and one who listens', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto, carla]: Person[] = [];
  const everyone = () => [ana!, beto!, carla!];

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    room = await createRoom(server.url, 'Ensayo del martes');
    [ana, beto, carla] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      Person.open({ voiceHz: BETO_HZ }),
      Person.open(),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await enterRoom(carla, roomLink(server.url, room, 'audience'), 'Carla');
  });
  afterAll(async () => {
    await Promise.all(everyone().map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EE1] lets those who talk hear each other', async () => {
    await ana!.hears(BETO_HZ);
    await beto!.hears(ANA_HZ);
  });

  it('[EE2] lets the audience hear both, and never asks it for a microphone', async () => {
    await carla!.hears(ANA_HZ, BETO_HZ);
    expect((await carla!.notes()).microphoneAsked).toBe(0);
  });

  it('[EE3] shows a phrase to all three, and gives it to each page to speak', async () => {
    const text = '¿Me oyen bien desde allá?';
    await sayPhrase(beto!, text);
    for (const person of everyone()) {
      await person.page
        .getByRole('log', { name: 'Frases dichas en la sala' })
        .getByText(text)
        .waitFor();
      await person.page.waitForFunction(
        (wanted) =>
          Reflect.get(globalThis, 'coraNotes').spoken.some(
            (it: { text: string }) => it.text === wanted,
          ),
        text,
      );
    }
  });

  it('[EE6] shows the room to each role', async () => {
    await ana!.picture('room-moderator');
    await beto!.picture('room-speaker');
    await carla!.picture('room-audience');
  });

  it('[EE4] sends nothing of a muted microphone, and says so to the others', async () => {
    await beto!.page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    await ana!.hearsNothing();
    await beto!.page.getByRole('button', { name: 'Activar el micrófono' }).click();
    await ana!.hears(BETO_HZ);
  });

  it('[EE5] breaks no rule of its own security policy, and complains of nothing', async () => {
    for (const person of everyone()) {
      expect((await person.notes()).violations).toEqual([]);
      expect(person.complaints).toEqual([]);
    }
  });
});

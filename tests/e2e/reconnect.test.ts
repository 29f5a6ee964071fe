import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, sayPhrase } from '#tests/support/visit.ts';

const ANA_HZ = 440;

describe('a connection that is lost', () => {
  let server: ServerProcess;
  let people: Person[];

  beforeEach(async () => {
    server = await ServerProcess.start();
    people = await Promise.all([Person.open({ voiceHz: ANA_HZ }), Person.open()]);
  });
  afterEach(async () => {
    await Promise.all(people.map((person) => person.close()));
    await server.cleanUp();
  });

  it('[RC1] comes back by itself when the server is back, sound and phrases too', async () => {
    const [ana, beto] = people as [Person, Person];
    const room = await createRoom(server.url, 'Sala');
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await beto.hears(ANA_HZ);

    const { home, url } = server;
    await server.end('SIGKILL');
    await beto.page.getByText('Estamos intentando volver').waitFor();
    await beto.picture('reconnecting');
    server = await ServerProcess.start({ home, port: Number(new URL(url).port) });
    await beto.hears(ANA_HZ);

    await sayPhrase(ana, '¿Seguimos?');
    await beto.page.getByRole('log').getByText('¿Seguimos?').waitFor();
    const rows = beto.page.getByRole('region', { name: 'Quiénes hablan' }).getByRole('listitem');
    expect(await rows.count()).toBe(2);
  });

  it('[RC2] comes back from a planned restart too, and a lost microphone costs only itself', async () => {
    const [ana, beto] = people as [Person, Person];
    const room = await createRoom(server.url, 'Sala');
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
    await beto.page.getByText('La inició Ana').waitFor();
    await beto.page.evaluate(() => {
      for (const track of Reflect.get(globalThis, 'coraNotes').microphones as MediaStreamTrack[]) {
        // What an unplugged device does: the track ends by itself and says so.
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    });
    await beto.page.getByRole('button', { name: 'Conectar el micrófono' }).waitFor();

    const { home, url } = server;
    expect(await server.end('SIGTERM')).toBe(0);
    server = await ServerProcess.start({ home, port: Number(new URL(url).port) });
    await beto.hears(ANA_HZ);
    await beto.page.getByRole('button', { name: 'Conectar el micrófono' }).click();
    await beto.page.getByRole('button', { name: 'Silenciar el micrófono' }).waitFor();
  });
});

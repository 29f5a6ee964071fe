import { ProtocolError } from '#protocol';
import { describe, expect, it } from 'vitest';
import { atItsServer } from '#web/client/atItsServer.ts';
import { Servers } from '#web/client/servers.ts';
import { Unreachable } from '#web/client/unreachable.ts';

const ROOM = 'room-0000001';
const [A, B, C] = ['https://a.example.org', 'https://b.example.org', 'https://c.example.org'];

/** Servers by what they answer; who is not named is silent. */
function asking(servers: Servers, answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const answer = atItsServer(servers, ROOM, async (origin, wasSent) => {
    asked.push(`${origin}${wasSent ? ' sent' : ''}`);
    const says = answers[origin];
    if (says === undefined) throw new Unreachable('silent', null);
    if (says === 'here') return origin;
    if (/^[A-Z_]+$/.test(says)) throw new ProtocolError(says as 'FORBIDDEN', 'no');
    throw new ProtocolError('ROOM_ELSEWHERE', 'not here', { server: says });
  });
  return { asked, answer };
}

describe('a page of several servers', () => {
  it('[QS60] goes where a server says that a room is, and there at once the next time', async () => {
    const servers = new Servers();
    const first = asking(servers, { '': B, [B]: 'here' });
    expect(await first.answer).toBe(B);
    expect(first.asked).toEqual(['', `${B} sent`]);
    expect(servers.whereaboutsOf(ROOM).origin).toBe(B);
    const second = asking(servers, { '': B, [B]: 'here' });
    await second.answer;
    expect(second.asked).toEqual([B]);
  });

  it('[QS61] asks the others where the one that had it is silent', async () => {
    const servers = new Servers();
    servers.learn([A, B, C]);
    servers.found(ROOM, B);
    const { answer, asked } = asking(servers, { [A]: C, [C]: 'here' });
    expect(await answer).toBe(C);
    expect(asked).toEqual([B, '', A, `${C} sent`]);
  });

  it('[QS62] does not go to a silent server because another still believes in it', async () => {
    const servers = new Servers();
    servers.learn([A, B]);
    servers.found(ROOM, B);
    const { answer, asked } = asking(servers, { '': B, [A]: 'SERVER_STOPPING' });
    await expect(answer).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
    expect(asked).toEqual([B, '', A]);
  });

  it('[QS63] ends where servers send it to and fro, and takes a refusal for an answer', async () => {
    const sent = asking(new Servers(), { '': A, [A]: B, [B]: A });
    await expect(sent.answer).rejects.toMatchObject({ code: 'ROOM_ELSEWHERE' });
    expect(sent.asked.length).toBeLessThan(8);
    const refused = asking(new Servers(), { '': 'FORBIDDEN' });
    await expect(refused.answer).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

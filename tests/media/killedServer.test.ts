import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RoomSnapshot } from '#protocol';
import { PAUSE_MS } from '#server/domain/floodGuard.ts';
import { draft } from '#tests/support/builders.ts';
import { writeThroughKills } from '#tests/support/kills.ts';
import { RawSocket, accessToken } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';

vi.setConfig({ testTimeout: 180_000 });

const KILLS = 3;
const TOO_MANY = 31;

describe('a server that is killed', () => {
  it('[KX1] loses no phrase that came back to its author, and numbers go on without a gap', async () => {
    const { said, acknowledged, ...endured } = await writeThroughKills(KILLS);
    expect(endured.lost).toEqual([]);
    expect(endured.notOnce).toEqual([]);
    expect(endured.seqs).toEqual(Array.from({ length: said }, (_, index) => index + 1));
    expect(acknowledged).toBeGreaterThan(KILLS);
    for (const heard of endured.heard) expect(heard).toEqual(endured.seqs);
    expect(endured.logIds.size).toBe(1);
  });

  it('[KX2] is the same when it is back: who may what, invitations, the moderator’s hand, bans', async () => {
    let server = await ServerProcess.start({ speaks: true });
    onTestFinished(() => server.cleanUp());
    const room = await createRoom(server.url, 'Sala');
    const tokens = {
      ana: await accessToken(server.url, room, 'moderator', 'Ana'),
      beto: await accessToken(server.url, room, 'speaker', 'Beto'),
      caro: await accessToken(server.url, room, 'speaker', 'Caro'),
    };
    const enter = async (token: string) => {
      const socket = await RawSocket.open(server.url, token);
      onTestFinished(() => socket.close());
      const reply = await socket.ask('join', {});
      if (!reply.ok) throw Object.assign(new Error(reply.error.code), reply.error);
      return { socket, snapshot: reply.data as RoomSnapshot };
    };
    const ana = await enter(tokens.ana);
    const caro = await enter(tokens.caro);
    await ana.socket.ask('moderateSpeech', { action: 'hold' });
    await ana.socket.ask('moderateSpeech', { action: 'setApproval', approval: 'all' });
    await flood(caro.socket);
    expect(caro.socket.notifications.at(-1)).toEqual({
      name: 'removed',
      body: { code: 'RATE_LIMITED' },
    });
    await ana.socket.ask('sendPhrase', draft({ text: 'antes' }));

    const { home, url } = server;
    await server.end('SIGKILL');
    server = await ServerProcess.start({ home, port: Number(new URL(url).port), speaks: true });

    const again = await enter(tokens.ana);
    expect(again.snapshot.logId).toBe(ana.snapshot.logId);
    expect(again.snapshot.phrases.at(-1)).toMatchObject({ text: 'antes', authorName: 'Ana' });
    expect(again.snapshot.speech).toMatchObject({ approval: 'all', held: true });
    const beto = await enter(tokens.beto);
    expect(await again.socket.refusal('moderateSpeech', { action: 'release' })).toBeNull();
    expect(await beto.socket.refusal('moderateSpeech', { action: 'hold' })).toBe('FORBIDDEN');
    expect(await beto.socket.refusal('startRecording', {})).toBe('FORBIDDEN');

    await expect(enter(tokens.caro)).rejects.toThrow('RATE_LIMITED');
    const late = await enter(await accessToken(server.url, room, 'audience', 'Dani'));
    expect(late.snapshot.peers.map(({ displayName }) => displayName)).toEqual([
      'Ana',
      'Beto',
      'Dani',
    ]);
  });
});

/** More phrases than a person may send, again after each pause, until that ends the visit. */
async function flood(socket: RawSocket): Promise<void> {
  const closed = socket.closed();
  for (let strike = 0; socket.socket.connected; strike += 1) {
    if (strike > 0) await delay(PAUSE_MS + 50);
    for (let count = 0; count < TOO_MANY; count += 1)
      socket.socket.emit('sendPhrase', draft(), () => {});
    // What was sent before is answered by then, or the socket is closed.
    await socket.ask('getPhrases', { afterSeq: 0 }).catch(() => {});
  }
  await closed;
}

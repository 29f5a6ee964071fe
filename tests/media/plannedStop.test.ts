import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RecordingId, RoomCreated } from '#protocol';
import { childrenOf } from '#tests/bench/figures.ts';
import { Visitor } from '#tests/bench/visitor.ts';
import { holdFinalizer, isRunning } from '#tests/support/processes.ts';
import { RawSocket, accessToken } from '#tests/support/rawSocket.ts';
import { readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { writeJournal } from '#tests/support/writtenJournal.ts';

vi.setConfig({ testTimeout: 120_000 });

const BUSY_MS = 20_000;
const STOP_BAR_MS = 5_000;
const SOME_SECONDS = { STOP_TIMEOUT_SECONDS: '100' };

async function start(options: Parameters<typeof ServerProcess.start>[0]): Promise<ServerProcess> {
  const server = await ServerProcess.start(options);
  onTestFinished(() => server.cleanUp());
  return server;
}

/** Somebody who records, with sound; the finalizer of that stands still once the server stops. */
async function recordedRoom(server: ServerProcess) {
  const room = await createRoom(server.url, 'Clase');
  const voice = { role: 'moderator', name: 'Ana', toneHz: 440, hops: true, deaf: true } as const;
  const ana = await Visitor.enter(server.url, room, voice);
  onTestFinished(() => ana.close());
  const { recordingId } = await ana.signaling.request('startRecording', {});
  await journalGrows(server, recordingId);
  return { room, recordingId };
}

const fileOf = (server: ServerProcess, recordingId: RecordingId, name: string) =>
  path.join(server.recordingsDirectory, recordingId, name);

async function journalGrows(server: ServerProcess, recordingId: RecordingId): Promise<void> {
  const journal = fileOf(server, recordingId, 'journal-0000.cora');
  await expect.poll(() => existsSync(journal), { timeout: BUSY_MS }).toBe(true);
}

const statusOf = async (server: ServerProcess, address: string) =>
  (await fetch(server.url + address)).status;

async function makesRoom(server: ServerProcess): Promise<number> {
  const answer = await fetch(`${server.url}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roomName: 'Otra' }),
  });
  return answer.status;
}

describe('a server that is told to stop', () => {
  it('[PN3] takes nobody in from the first moment, tells those who are in, and finalises before it ends', async () => {
    const server = await start({ environment: SOME_SECONDS });
    const { room, recordingId } = await recordedRoom(server);
    const token = await accessToken(server.url, room, 'audience', 'Beto');
    const beto = await RawSocket.open(server.url, token);
    await beto.ask('join', {});
    const told = new Promise<number>((resolve) => {
      beto.socket.on('removed', () => void statusOf(server, '/readyz').then(resolve));
    });
    const closed = beto.closed();
    expect(await statusOf(server, '/readyz')).toBe(200);

    const held = holdFinalizer(server.pid);
    server.signal('SIGTERM');
    // Who hears of it and asks at once finds it not ready already.
    expect(await told).toBe(503);
    expect(beto.notifications.at(-1)).toEqual({
      name: 'removed',
      body: { code: 'SERVER_STOPPING' },
    });
    await closed;
    const finalizer = await held;
    expect(await statusOf(server, '/healthz')).toBe(200);
    expect(await makesRoom(server)).toBe(503);
    await expect(RawSocket.open(server.url, token)).rejects.toMatchObject({
      data: { code: 'SERVER_STOPPING' },
    });
    expect(existsSync(fileOf(server, recordingId, 'manifest.json'))).toBe(false);

    process.kill(finalizer, 'SIGCONT');
    expect(await server.ended()).toBe(0);
    expect(existsSync(fileOf(server, recordingId, 'manifest.json'))).toBe(true);
  });

  it('[PN4] leaves to the next start what is not finalised in time', async () => {
    const server = await start({});
    const { room, recordingId } = await recordedRoom(server);
    const children = childrenOf(server.pid);
    const held = holdFinalizer(server.pid);
    const toldMs = performance.now();
    server.signal('SIGTERM');
    children.push(await held);
    expect(await server.ended()).toBe(0);
    expect(performance.now() - toldMs).toBeLessThan(STOP_BAR_MS);
    expect(children.filter(isRunning)).toEqual([]);
    expect(existsSync(fileOf(server, recordingId, 'manifest.json'))).toBe(false);

    const next = await start({ home: server.home });
    expect((await readyRecording(next.url, room)).manifest.stopReason).toBe('serverStopping');
  });

  it('[PN5] finalises some minutes of sound where it is given the time', async () => {
    const before = await start({});
    const room: RoomCreated = await createRoom(before.url, 'Clase');
    await before.end();
    const recordingId = 'recording-long-0001' as RecordingId;
    const folder = fileOf(before, recordingId, '');
    await writeJournal({ folder, recordingId, roomId: room.roomId, minutes: 5, speakers: 6 });

    const server = await start({ home: before.home, environment: SOME_SECONDS });
    expect(existsSync(fileOf(server, recordingId, 'manifest.json'))).toBe(false);
    expect(await server.end()).toBe(0);
    expect(existsSync(fileOf(server, recordingId, 'manifest.json'))).toBe(true);
    const next = await start({ home: server.home });
    const { manifest } = await readyRecording(next.url, room);
    expect(manifest.durationSeconds).toBeCloseTo(300, 0);
  });

  it('[PN6] ends at once when it is told again, and nothing that it began is left', async () => {
    const server = await start({ speaks: true, environment: SOME_SECONDS });
    await recordedRoom(server);
    const children = childrenOf(server.pid);
    expect(children.length).toBeGreaterThan(1);
    const held = holdFinalizer(server.pid);
    server.signal('SIGTERM');
    children.push(await held);
    expect(await server.end('SIGTERM')).toBe(1);
    await expect.poll(() => children.filter(isRunning), { timeout: BUSY_MS }).toEqual([]);
  });
});

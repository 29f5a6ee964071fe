import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RoomCreated } from '#protocol';
import { childrenOf } from '#tests/bench/figures.ts';
import { DecodedSound } from '#tests/support/decode.ts';
import { Person } from '#tests/support/person.ts';
import { isAlive } from '#tests/support/processes.ts';
import { fetchFile, readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, recordingReaches, roomLink } from '#tests/support/visit.ts';

const ANA_HZ = 440;
const STOP_BAR_MS = 5_000;
const KILL_LOSS_BAR_S = 1;

describe('a server that ends while it records', () => {
  let server: ServerProcess;
  let ana: Person;
  let room: RoomCreated;
  let recordingSince: number;

  beforeEach(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Clase');
    ana = await Person.open({ voiceHz: ANA_HZ });
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
    await ana.page.getByText('La inició Ana').waitFor();
    recordingSince = Date.now();
    await recordingReaches(ana, '0:04');
  });
  afterEach(async () => {
    await ana.close();
    await server.cleanUp();
  });

  const restartedRecording = async () => {
    const { home } = server;
    server = await ServerProcess.start({ home });
    const recording = await readyRecording(server.url, room);
    const [speaker] = recording.manifest.speakers;
    const folder = await mkdtemp(path.join(tmpdir(), 'cora-files-'));
    const file = path.join(folder, 'ana.ogg');
    await writeFile(file, await fetchFile(server.url, room, recording, speaker!.file.path));
    const sound = await DecodedSound.of(file);
    await rm(folder, { recursive: true });
    return { sound, manifest: recording.manifest };
  };

  it('[LC1] stops on SIGTERM within 5 s, worker and all, and what it recorded is whole', async () => {
    const workers = childrenOf(server.pid);
    expect(workers).toHaveLength(1);
    const before = Date.now();
    const recordedSeconds = (before - recordingSince) / 1_000;
    expect(await server.end('SIGTERM')).toBe(0);
    expect(Date.now() - before).toBeLessThan(STOP_BAR_MS);
    expect(workers.filter(isAlive)).toEqual([]);

    const { sound, manifest } = await restartedRecording();
    expect(manifest.stopReason).toBe('serverStopping');
    expect(sound.seconds).toBeGreaterThan(recordedSeconds - 0.5);
    expect(sound.shareBetween(1, 3, ANA_HZ)).toBeGreaterThan(0.5);
  });

  it('[LC2] loses at most its last second to kill -9, mends the rest by itself, and says so', async () => {
    const recordedSeconds = (Date.now() - recordingSince) / 1_000;
    await server.end('SIGKILL');

    const { sound, manifest } = await restartedRecording();
    expect(manifest.stopReason).toBe('interrupted');
    expect(sound.seconds).toBeGreaterThan(recordedSeconds - KILL_LOSS_BAR_S);
    expect(sound.shareBetween(1, 3, ANA_HZ)).toBeGreaterThan(0.5);
    const { roomId, invitations } = room;
    const at = `${server.url}/r/${roomId}/recordings/${manifest.recordingId}`;
    await ana.page.goto(`${at}#${invitations.moderator}`);
    const second = String(Math.floor(manifest.durationSeconds)).padStart(2, '0');
    await ana.page.getByText(`Se interrumpió en el minuto 0:${second}`).waitFor();
  });
});

describe('a server with connections that say nothing', () => {
  it('[LC5] stops all the same: one never used, one whose browser no longer answers', async () => {
    const server = await ServerProcess.start();
    const { hostname, port, host } = new URL(server.url);
    const [unused, frozen] = [0, 1].map(() => connect(Number(port), hostname)) as [Socket, Socket];
    await Promise.all([once(unused, 'connect'), once(frozen, 'connect')]);
    frozen.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\n` +
        `Origin: ${server.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    const [answer] = (await once(frozen, 'data')) as [Buffer];
    expect(answer.toString()).toContain('101 Switching Protocols');
    for (const socket of [unused, frozen]) socket.on('error', () => undefined).resume();

    expect(await server.end('SIGTERM')).toBe(0);
    await server.cleanUp();
  });
});

describe('a server that is stopped before it is ready', () => {
  it('[LC6] takes its workers with it', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'cora-early-'));
    const child = spawn(process.execPath, ['server/main.ts'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PORT: '0', RTC_PORT: '0', DATA_DIR: home, RECORDINGS_DIR: home },
    });
    const ended = once(child, 'exit');
    const workers: number[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      const { msg, pid } = JSON.parse(line) as { msg: string; pid: number };
      if (msg !== 'media worker started') continue;
      if (workers.push(pid) === 1) child.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(workers.filter(isAlive)).toEqual([]);
    await rm(home, { recursive: true });
  });
});

describe('npm start', () => {
  it('[LC4] passes SIGTERM on: no server and no worker outlives it', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'cora-npm-'));
    const npm = spawn('npm', ['start'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PORT: '0', RTC_PORT: '0', DATA_DIR: home, RECORDINGS_DIR: home },
    });
    for await (const line of createInterface({ input: npm.stdout })) {
      if (line.startsWith('Cora is ready')) break;
    }
    const servers = childrenOf(npm.pid as number);
    const processes = [...servers, ...servers.flatMap((pid) => childrenOf(pid))];
    expect(processes.length).toBeGreaterThan(1);
    const ended = once(npm, 'exit');
    npm.kill('SIGTERM');
    await ended;
    expect(processes.filter(isAlive)).toEqual([]);
    await rm(home, { recursive: true });
  });
});

describe('a server that is told nonsense', () => {
  const startWith = async (environment: Record<string, string>) => {
    const child = spawn(process.execPath, ['server/main.ts'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    return { code, said };
  };

  it('[LC3] exits with 78 and names the setting and its fix', async () => {
    const { code, said } = await startWith({ LISTEN_IP: '0.0.0.0', PORT: '99999' });
    expect(code).toBe(78);
    expect(said).toContain('PORT');
    const unsafe = await startWith({ LISTEN_IP: '0.0.0.0' });
    expect(unsafe.code).toBe(78);
    expect(unsafe.said).toContain('ANNOUNCED_ADDRESS');
  });

  it('[LC7] exits so too where the machine does not give what a setting names', async () => {
    const server = await ServerProcess.start();
    onTestFinished(() => server.cleanUp());
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const free = { PORT: '0', RTC_PORT: '0', DATA_DIR: server.home, RECORDINGS_DIR: server.home };
    const settings = {
      PORT: new URL(server.url).port,
      RTC_PORT: String(taken.address().port),
      LISTEN_IP: '192.0.2.1',
      DATA_DIR: `${server.home}/data/token-secret`,
      RECORDINGS_DIR: `${server.home}/data/token-secret`,
    };
    for (const [name, value] of Object.entries(settings)) {
      const { code, said } = await startWith({ ...free, LOG_LEVEL: 'error', [name]: value });
      expect([code, said]).toEqual([
        78,
        expect.stringMatching(new RegExp(`^Cora cannot start.*\n {2}${name}: .+[.] .+[.]\n`)),
      ]);
    }
  });
});

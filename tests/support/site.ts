import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Manifest, PeerId, RecordingId, RecordingSummary, Role, RoomId } from '#protocol';
import { JwtTokens } from '#server/auth/token.ts';
import { createHttpApp } from '#server/http/app.ts';
import type { RecordingLibrary } from '#server/session/ports.ts';
import { ROOM_ID, identity } from './builders.ts';
import { FakeLog } from './fakes.ts';

export const RECORDING_ID = 'recording-0000001' as RecordingId;
/** What the one audio file of the one recording holds. */
export const SOUND = 'OggS0123456789';

/** Knows one recording of one room, with one file. */
class FakeLibrary implements RecordingLibrary {
  readonly #file: string;
  fails = false;

  constructor(file: string) {
    this.#file = file;
  }

  async list(roomId: RoomId): Promise<RecordingSummary[]> {
    if (this.fails) throw new Error('/var/lib/cora: EIO');
    return roomId === ROOM_ID ? [summary()] : [];
  }

  async get(
    roomId: RoomId,
    recordingId: RecordingId,
  ): Promise<{ summary: RecordingSummary; manifest: Manifest | null } | null> {
    const isHere = roomId === ROOM_ID && recordingId === RECORDING_ID;
    return isHere ? { summary: summary(), manifest: null } : null;
  }

  async filePath(roomId: RoomId, recordingId: RecordingId, name: string): Promise<string | null> {
    const isHere = roomId === ROOM_ID && recordingId === RECORDING_ID;
    return isHere && name === 'tracks/ana.opus' ? this.#file : null;
  }
}

function summary(): RecordingSummary {
  return {
    recordingId: RECORDING_ID,
    roomId: ROOM_ID,
    roomName: 'Coro',
    state: 'finalizing',
    startedAt: 1_750_000_000_000,
    startedBy: 'Ana',
    durationSeconds: 1.5,
    speakers: ['Ana'],
    phraseCount: 0,
    sizeBytes: SOUND.length,
  };
}

/** The HTTP side on a fake library, with a client of two files, asked without a network. */
export class Site {
  readonly app: FastifyInstance;
  readonly tokens: JwtTokens;
  readonly library: FakeLibrary;
  readonly log: FakeLog;
  readonly #directory: string;

  static async open(): Promise<Site> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cora-http-'));
    const client = path.join(directory, 'client');
    const track = path.join(directory, 'recordings', 'ana.opus');
    mkdirSync(path.join(client, 'assets'), { recursive: true });
    mkdirSync(path.dirname(track));
    writeFileSync(path.join(client, 'index.html'), '<!doctype html><title>Cora</title>');
    writeFileSync(path.join(client, 'assets', 'index-abc123.js'), 'export {};');
    writeFileSync(track, SOUND);
    writeFileSync(path.join(directory, 'private'), 'nobody sees this');

    const [tokens, library, log] = [
      new JwtTokens('kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ'),
      new FakeLibrary(track),
      new FakeLog(),
    ];
    const app = await createHttpApp({
      tokens,
      library,
      makeRoomId: () => ROOM_ID,
      makePeerId: () => 'peer-new-0001' as PeerId,
      roomStatus: () => ({ peerCount: 2, recording: true }),
      clientDirectory: client,
      log,
    });
    return new Site({ app, tokens, library, log, directory });
  }

  private constructor(parts: {
    app: FastifyInstance;
    tokens: JwtTokens;
    library: FakeLibrary;
    log: FakeLog;
    directory: string;
  }) {
    this.app = parts.app;
    this.tokens = parts.tokens;
    this.library = parts.library;
    this.log = parts.log;
    this.#directory = parts.directory;
  }

  async close(): Promise<void> {
    await this.app.close();
    rmSync(this.#directory, { recursive: true });
  }

  get(url: string, token?: string, headers: Record<string, string> = {}) {
    return this.app.inject({ method: 'GET', url, headers: { ...bearer(token), ...headers } });
  }

  post(url: string, body: unknown, token?: string) {
    return this.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...bearer(token) },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  invitation(role: Role, roomId: RoomId = ROOM_ID): Promise<string> {
    return this.tokens.signInvitation({ roomId, roomName: 'Coro', role });
  }

  access(role: Role): Promise<string> {
    return this.tokens.signAccess(identity({ role }));
  }
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Status and code of a refusal; undefined where it is not shaped as one. */
export function refused(answer: LightMyRequestResponse): [number, string | undefined] {
  const body: { error?: { code?: string } } = JSON.parse(answer.body || '{}');
  return [answer.statusCode, body.error?.code];
}

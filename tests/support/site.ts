import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PeerId, RecordingId, Role, RoomId } from '#protocol';
import { JwtTokens } from '#server/auth/token.ts';
import { createHttpApp } from '#server/http/app.ts';
import { makeConnectionTestId, makeShareId, relayNameOf } from '#server/ids.ts';
import { FolderShares } from '#server/recording/folderShares.ts';
import { ConnectionTests } from '#server/session/connectionTests.ts';
import { FolderPhrasebooks } from '#server/storage/folderPhrasebooks.ts';
import { ROOM_ID, SETTINGS, identity } from './builders.ts';
import { FakeControl, FakeLibrary } from './fakeLibrary.ts';
import { FakeClock, FakeIceServers, FakeLog } from './fakes.ts';
import { FakeProbes } from './fakeProbes.ts';
import { RECORDING_ID, manifest, summaryOf } from './manifest.ts';

interface Parts {
  app: FastifyInstance;
  tokens: JwtTokens;
  library: FakeLibrary;
  control: FakeControl;
  clock: FakeClock;
  log: FakeLog;
  probes: FakeProbes;
  directory: string;
  readiness: { isReady: boolean };
}

/** The HTTP side on a fake library of one recording, with a client of two files, asked without a network. */
export class Site {
  readonly app: FastifyInstance;
  readonly tokens: JwtTokens;
  readonly library: FakeLibrary;
  readonly control: FakeControl;
  /** Stands where the machine's own clock stood, since tokens are checked by that. */
  readonly clock: FakeClock;
  readonly log: FakeLog;
  /** As the server is told, when it is about to end. */
  readonly readiness: { isReady: boolean };
  readonly probes: FakeProbes;
  readonly phrasebooksDirectory: string;
  readonly #directory: string;

  static async open(): Promise<Site> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cora-http-'));
    const client = path.join(directory, 'client');
    const recordings = path.join(directory, 'recordings');
    mkdirSync(path.join(client, 'assets'), { recursive: true });
    mkdirSync(path.join(recordings, RECORDING_ID), { recursive: true });
    writeFileSync(path.join(client, 'index.html'), '<!doctype html><title>Cora</title>');
    writeFileSync(path.join(client, 'assets', 'index-abc123.js'), 'export {};');
    writeFileSync(path.join(directory, 'private'), 'nobody sees this');

    const tokens = new JwtTokens('kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ');
    const [library, control, log] = [new FakeLibrary(), new FakeControl(), new FakeLog()];
    const clock = new FakeClock(Date.now());
    library.put(summaryOf(manifest()), manifest());
    const readiness = { isReady: true };
    const probes = new FakeProbes();
    const app = await createHttpApp({
      tokens,
      connectionTests: new ConnectionTests({
        engine: probes,
        iceServers: new FakeIceServers(),
        clock,
        makeTestId: makeConnectionTestId,
        relayNameOf,
      }),
      addressOf: ({ socket }) => socket.remoteAddress ?? '',
      library,
      control,
      shares: new FolderShares({ directory: recordings, clock, makeShareId }),
      phrasebooks: new FolderPhrasebooks({
        directory: path.join(directory, 'phrasebooks'),
        clock,
        log,
      }),
      makeRoomId: () => ROOM_ID,
      makePeerId: () => 'peer-new-0001' as PeerId,
      isReady: () => readiness.isReady,
      roomStatus: () => ({ peerCount: 2, recording: true }),
      clientDirectory: client,
      clock,
      log,
    });
    return new Site({ app, tokens, library, control, clock, log, probes, directory, readiness });
  }

  private constructor(parts: Parts) {
    this.app = parts.app;
    this.tokens = parts.tokens;
    this.library = parts.library;
    this.control = parts.control;
    this.clock = parts.clock;
    this.log = parts.log;
    this.readiness = parts.readiness;
    this.probes = parts.probes;
    this.phrasebooksDirectory = path.join(parts.directory, 'phrasebooks');
    this.#directory = parts.directory;
  }

  async close(): Promise<void> {
    await this.app.close();
    rmSync(this.#directory, { recursive: true });
  }

  get(url: string, token?: string, headers: Record<string, string> = {}) {
    return this.app.inject({ method: 'GET', url, headers: { ...bearer(token), ...headers } });
  }

  delete(url: string, token?: string) {
    return this.app.inject({ method: 'DELETE', url, headers: bearer(token) });
  }

  post(url: string, body: unknown, token?: string) {
    return this.#send('POST', url, body, token);
  }

  put(url: string, body: unknown, token?: string) {
    return this.#send('PUT', url, body, token);
  }

  #send(method: 'POST' | 'PUT', url: string, body: unknown, token?: string) {
    return this.app.inject({
      method,
      url,
      headers: { 'content-type': 'application/json', ...bearer(token) },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  invitation(role: Role, roomId: RoomId = ROOM_ID): Promise<string> {
    return this.tokens.signInvitation({ roomId, roomName: 'Coro', role, settings: SETTINGS });
  }

  /** A moderator's ticket to a recording. */
  ticket(recordingId: RecordingId = RECORDING_ID, roomId: RoomId = ROOM_ID): Promise<string> {
    const right = { permission: 'download', shareId: null } as const;
    return this.tokens.signTicket({ roomId, recordingId, ...right });
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

import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RecordingId, Role, RoomId } from '#protocol';
import { JwtTokens } from '#server/auth/token.ts';
import { MemoryDirectory } from '#server/cluster/memoryDirectory.ts';
import type { StoredInvitation } from '#server/domain/invitations.ts';
import { addressRates } from '#server/domain/addressRates.ts';
import { createHttpApp } from '#server/http/app.ts';
import {
  makeConnectionTestId,
  makeInvitationId,
  makePeerId,
  makeRoomId,
  makeShareId,
  peerIdOf,
  relayNameOf,
} from '#server/ids.ts';
import { FolderShares } from '#server/recording/folderShares.ts';
import { ConnectionTests } from '#server/session/connectionTests.ts';
import type { Identity } from '#server/session/ports.ts';
import { FolderPhrasebooks } from '#server/storage/folderPhrasebooks.ts';
import { ROOM_ID, SETTINGS, identity, invitedAs, opusCapabilities } from './builders.ts';
import { FakeBook, newInvitation } from './fakeBook.ts';
import { FakeControl, FakeLibrary } from './fakeLibrary.ts';
import { FakeClock, FakeIceServers, FakeLog } from './fakes.ts';
import { FakeOpenRooms } from './fakeOpenRooms.ts';
import { FakeProbes } from './fakeProbes.ts';
import { FakeBans } from './fakeRooms.ts';
import { RECORDING_ID, manifest, summaryOf } from './manifest.ts';

interface Parts {
  app: FastifyInstance;
  tokens: JwtTokens;
  library: FakeLibrary;
  control: FakeControl;
  book: FakeBook;
  bans: FakeBans;
  rooms: FakeOpenRooms;
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
  readonly book: FakeBook;
  readonly bans: FakeBans;
  readonly rooms: FakeOpenRooms;
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

    const tokens = new JwtTokens(['kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ']);
    const [library, control, log] = [new FakeLibrary(), new FakeControl(), new FakeLog()];
    const clock = new FakeClock(Date.now());
    const [book, bans, rooms] = [new FakeBook(clock), new FakeBans(), new FakeOpenRooms()];
    library.put(summaryOf(manifest()), manifest());
    const readiness = { isReady: true };
    const probes = new FakeProbes();
    const app = await createHttpApp({
      ...{ tokens, book, bans, rooms },
      directory: new MemoryDirectory(),
      connectionTests: new ConnectionTests({
        engine: probes,
        iceServers: new FakeIceServers(),
        clock,
        makeTestId: makeConnectionTestId,
        relayNameOf,
      }),
      addressOf: ({ socket }) => socket.remoteAddress ?? '',
      rates: addressRates(),
      library,
      control,
      shares: new FolderShares({ directory: recordings, clock, makeShareId }),
      routerRtpCapabilities: opusCapabilities(),
      phrasebooks: new FolderPhrasebooks({
        directory: path.join(directory, 'phrasebooks'),
        clock,
        log,
      }),
      makeRoomId: () => (book.find(ROOM_ID) ? makeRoomId() : ROOM_ID),
      ...{ makeInvitationId, makePeerId, peerIdOf },
      isReady: () => readiness.isReady,
      clientDirectory: client,
      clock,
      log,
    });
    return new Site({
      ...{ app, tokens, library, control, book, bans, rooms, clock, log, probes },
      ...{ directory, readiness },
    });
  }

  private constructor(parts: Parts) {
    this.app = parts.app;
    this.tokens = parts.tokens;
    this.library = parts.library;
    this.control = parts.control;
    this.book = parts.book;
    this.bans = parts.bans;
    this.rooms = parts.rooms;
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

  /** A good one, of a room that is made where it is not there. */
  invitation(role: Role, roomId: RoomId = ROOM_ID): Promise<string> {
    return this.tokens.signInvitation(roomId, this.#invited(role, roomId));
  }

  /** A moderator's ticket to a recording. */
  ticket(recordingId: RecordingId = RECORDING_ID, roomId: RoomId = ROOM_ID): Promise<string> {
    const { invitationId, role: invitedAs } = this.#invited('moderator', roomId);
    const givenTo = { peerId: null, invitationId, invitedAs };
    const right = { permission: 'download', givenTo } as const;
    return this.tokens.signTicket({ roomId, recordingId, ...right });
  }

  /** Of somebody who came in with a good invitation. */
  async access(role: Role, change: Partial<Identity> = {}): Promise<string> {
    const who = identity({ role, ...change });
    this.#invited(role, who.roomId);
    return (await this.tokens.signAccess(who)).accessToken;
  }

  #invited(role: Role, roomId: RoomId): StoredInvitation {
    const invitationId = invitedAs(role);
    const createdAt = this.clock.wallMs();
    if (!this.book.find(roomId)) {
      this.book.create({ roomId, roomName: 'Coro', settings: SETTINGS }, []);
    }
    if (!this.book.invitation(roomId, invitationId)) {
      const expiresAt = createdAt + 365 * 86_400_000;
      this.book.invite(roomId, newInvitation({ invitationId, role, createdAt, expiresAt }));
    }
    return this.book.invitation(roomId, invitationId) as StoredInvitation;
  }
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Status and code of a refusal; undefined where it is not shaped as one. */
export function refused(answer: LightMyRequestResponse): [number, string | undefined] {
  const body: { error?: { code?: string } } = JSON.parse(answer.body || '{}');
  return [answer.statusCode, body.error?.code];
}

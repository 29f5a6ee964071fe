import { ROLES, type Role, type RoomId } from '#protocol';
import { makeRecordingId, makeResumeToken, makeRoomId } from '#server/ids.ts';
import { SfuEngine } from '#server/media/mediaEngine.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import { createHandlers } from '#server/session/handlers.ts';
import type { Log, Recorder, SpeechEngine } from '#server/session/ports.ts';
import { RoomRegistry } from '#server/session/roomRegistry.ts';
import { workerBinary } from '../../scripts/worker/path.mjs';
import { realClock as clock } from './clock.ts';
import { SETTINGS, invitedAs } from './builders.ts';
import { FakeBook, newInvitation } from './fakeBook.ts';
import { FakeBans, FakeRooms } from './fakeRooms.ts';
import { NodePeer, type NodePeerOptions } from './nodePeer.ts';

type VisitorOptions = Pick<NodePeerOptions, 'peerId' | 'heedsNoSize' | 'tamper'>;

const quiet: Log = { info() {}, warn() {}, error() {} };

/** Rooms on a real worker, for peers that live in this process. */
export class MediaHouse {
  readonly pool: WorkerPool;
  readonly registry: RoomRegistry;
  readonly #engine: SfuEngine;
  readonly roomId: RoomId = makeRoomId();
  readonly #peers: NodePeer[] = [];

  static async open(recorder: Recorder, speech: SpeechEngine | null = null): Promise<MediaHouse> {
    const pool = await WorkerPool.create({
      workerBinary: workerBinary(),
      count: 1,
      listenIp: '127.0.0.1',
      announcedAddress: undefined,
      rtcPort: 0,
      log: quiet,
    });
    return new MediaHouse(pool, recorder, speech);
  }

  private constructor(pool: WorkerPool, recorder: Recorder, speech: SpeechEngine | null) {
    this.pool = pool;
    const book = new FakeBook(clock);
    const invitations = ROLES.map((role) => newInvitation({ invitationId: invitedAs(role), role }));
    book.create({ roomId: this.roomId, roomName: 'Ensayo', settings: SETTINGS }, invitations);
    this.#engine = new SfuEngine(pool);
    this.registry = new RoomRegistry({
      engine: this.#engine,
      recorder,
      speech,
      bans: new FakeBans(),
      book,
      store: new FakeRooms(),
      clock,
      log: quiet,
      makeRecordingId,
      makeResumeToken,
      maxPeersPerRoom: 50,
      maxRecordingMs: 3_600_000,
    });
  }

  /** @param peerId of somebody who was here before */
  async enter(role: Role, displayName: string, as: VisitorOptions = {}): Promise<NodePeer> {
    const peer = this.visitor(role, displayName, as);
    await peer.join();
    return peer;
  }

  /** A peer that has not joined. */
  visitor(role: Role, displayName: string, as: VisitorOptions = {}): NodePeer {
    const handlers = createHandlers(this.registry, { for: () => [] });
    const { roomId } = this;
    const routerRtpCapabilities = this.#engine.rtpCapabilities;
    const peer = new NodePeer({
      ...{ handlers, clock, roomId, role, displayName, routerRtpCapabilities },
      ...as,
    });
    this.#peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await this.registry.close();
    await this.pool.close();
  }
}

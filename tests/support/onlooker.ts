import { PeerInfoSchema, type PeerId, type PeerInfo, type RoomSnapshot } from '#protocol';
import * as v from 'valibot';
import type { Visitor } from './house.ts';

interface Numbered {
  readonly revision?: number;
  readonly since?: number;
}

/** Keeps a roster from what somebody is told, as a client has to, and counts what would make it join again. */
export class Onlooker {
  readonly visitor: Visitor;
  readonly peers = new Map<PeerId, PeerInfo>();
  audience = 0;
  gaps = 0;
  #revision: number;
  #seen: number;

  static async join(visitor: Visitor): Promise<Onlooker> {
    return new Onlooker(visitor, await visitor.join());
  }

  /** Of somebody of whom all is looked at that they have been told. */
  static of(visitor: Visitor): Onlooker {
    return new Onlooker(visitor).look();
  }

  constructor(visitor: Visitor, snapshot?: RoomSnapshot) {
    this.visitor = visitor;
    this.#revision = snapshot?.revision ?? 0;
    this.#seen = snapshot ? visitor.channel.notifications.length : 0;
    for (const peer of snapshot?.peers ?? []) this.peers.set(peer.peerId, peer);
    this.audience = snapshot?.audience ?? 0;
  }

  /** Takes in what was told since. */
  look(): this {
    const { notifications } = this.visitor.channel;
    for (const { name, body } of notifications.slice(this.#seen)) this.#take(name, body as never);
    this.#seen = notifications.length;
    return this;
  }

  #take(name: string, body: Numbered & Record<string, never>): void {
    if (name === 'rosterReplaced') {
      this.peers.clear();
      this.#put(body['peers']);
      this.audience = body['audience'] ?? 0;
      return;
    }
    const { revision } = body;
    if (revision === undefined || revision <= this.#revision) return;
    if ((body.since ?? revision - 1) > this.#revision) this.gaps += 1;
    this.#revision = revision;
    if (name !== 'rosterChanged') return;
    for (const peerId of body['left'] as unknown as PeerId[]) this.peers.delete(peerId);
    for (const change of body['changed'] as unknown as PeerInfo[]) {
      const before = this.peers.get(change.peerId);
      if (before) this.peers.set(change.peerId, { ...before, ...change });
    }
    this.#put(body['joined']);
    this.audience = body['audience'] ?? 0;
  }

  #put(peers: unknown): void {
    for (const peer of v.parse(v.array(PeerInfoSchema), peers)) this.peers.set(peer.peerId, peer);
  }
}

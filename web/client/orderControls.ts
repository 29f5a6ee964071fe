import type { CallOrder, PeerId, Role, SettingsChange } from '#protocol';
import type { Signaling } from './signaling.ts';

/** What a moderator does to keep a room in order. Everything throws ProtocolError as the server refuses. */
export class OrderControls {
  readonly #signaling: Pick<Signaling, 'request'>;

  constructor(signaling: Pick<Signaling, 'request'>) {
    this.#signaling = signaling;
  }

  /** Offers somebody the floor, who is asked. */
  async giveFloor(peerId: PeerId): Promise<void> {
    await this.#signaling.request('giveFloor', { peerId });
  }

  /** Offers it to the next whose hand is raised; null where nobody's is. */
  callNext(order: CallOrder): Promise<{ peerId: PeerId | null }> {
    return this.#signaling.request('callNext', { order });
  }

  /** Also takes an offer of the floor back. */
  async lowerHandOf(peerId: PeerId): Promise<void> {
    await this.#signaling.request('lowerHandOf', { peerId });
  }

  async setRole(peerId: PeerId, role: Role): Promise<void> {
    await this.#signaling.request('setRole', { peerId, role });
  }

  /** Makes somebody the moderator who holds the room. */
  async handOver(peerId: PeerId): Promise<void> {
    await this.#signaling.request('handOver', { peerId });
  }

  async mutePeer(peerId: PeerId): Promise<void> {
    await this.#signaling.request('mutePeer', { peerId });
  }

  async muteOthers(): Promise<void> {
    await this.#signaling.request('muteOthers', {});
  }

  async kick(peerId: PeerId): Promise<void> {
    await this.#signaling.request('kick', { peerId });
  }

  /** @param options.revokeInvitation whether the link they came with ends too */
  async ban(peerId: PeerId, options: { readonly revokeInvitation: boolean }): Promise<void> {
    await this.#signaling.request('ban', { peerId, ...options });
  }

  async unban(peerId: PeerId): Promise<void> {
    await this.#signaling.request('unban', { peerId });
  }

  /** Lets somebody in who waits. */
  async admit(peerId: PeerId): Promise<void> {
    await this.#signaling.request('admit', { peerId });
  }

  async admitAll(): Promise<void> {
    await this.#signaling.request('admitAll', {});
  }

  /** Sends somebody away who waits. */
  async turnAway(peerId: PeerId): Promise<void> {
    await this.#signaling.request('turnAway', { peerId });
  }

  async changeSettings(change: SettingsChange): Promise<void> {
    await this.#signaling.request('changeSettings', change);
  }
}

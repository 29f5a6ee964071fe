import type { BanEntry, CallOrder, Guest, PeerInfo, SettingsChange } from '#protocol';
import type { RoomClient } from '#web/client/roomClient.ts';
import { m } from '#web/paraglide/messages.js';
import { failureOf, wordsOf, type Failure } from './failure.ts';
import { toasts } from './toasts.svelte.ts';

type Person = Pick<PeerInfo, 'peerId' | 'displayName' | 'role'>;
type Client = Pick<RoomClient, 'order' | 'state'>;

export interface Removal {
  readonly peer: Person;
  readonly how: 'kick' | 'ban';
}

interface Deed {
  /** What is done and to whom, where it is not to be done twice at once. */
  readonly key?: string;
  readonly act: () => Promise<unknown>;
  readonly said?: string;
  /** Where there is a true inverse. */
  readonly undo?: Deed;
  /** Refusals that mean something of their own here. */
  readonly words?: Words;
}

type Words = Partial<Record<Failure, () => string>>;

const WORDS: Words = { NOT_FOUND: m.person_gone, FORBIDDEN: m.person_no_moderator };
const LAST_MODERATOR = { WRONG_STATE: m.person_last_moderator };
const LAST_KEY = { WRONG_STATE: m.person_ban_last_link };
const STAGE_FULL = { ROOM_FULL: m.floor_full };

/** What a moderator does to the order of a room: done at once, said in a toast, and undone from there. */
export class OrderDesk {
  readonly #client: Client;
  #underWay: readonly string[] = [];
  /** Who is about to be taken out: asked about before it is done. */
  removal = $state.raw<Removal | null>(null);
  /** Whom `next` calls. */
  callOrder = $state<CallOrder>('first');

  constructor(client: Client) {
    this.#client = client;
  }

  giveFloor({ peerId, displayName: name }: Person): Promise<boolean> {
    const said = m.floor_given({ name });
    const act = () => this.#order.giveFloor(peerId);
    return this.#do({ key: `giveFloor ${peerId}`, act, said, words: STAGE_FULL });
  }

  takeFloorBack({ peerId, displayName: name }: Person): Promise<boolean> {
    const act = () => this.#order.lowerHandOf(peerId);
    return this.#do({ key: `lowerHand ${peerId}`, act, said: m.floor_taken_back({ name }) });
  }

  lowerHand({ peerId, displayName: name }: Person): Promise<boolean> {
    const act = () => this.#order.lowerHandOf(peerId);
    return this.#do({ key: `lowerHand ${peerId}`, act, said: m.hand_lowered_of({ name }) });
  }

  async next(): Promise<void> {
    await this.#do({
      key: 'next',
      act: async () => {
        const { peerId } = await this.#order.callNext(this.callOrder);
        const called = this.#client.state.peers.find((peer) => peer.peerId === peerId);
        if (peerId === null) toasts.show(m.panel_next_none());
        else if (called) toasts.show(m.floor_given({ name: called.displayName }));
      },
      words: STAGE_FULL,
    });
  }

  mute({ peerId, displayName: name }: Person): Promise<boolean> {
    const act = () => this.#order.mutePeer(peerId);
    return this.#do({ key: `mute ${peerId}`, act, said: m.person_muted({ name }) });
  }

  muteOthers(): Promise<boolean> {
    const act = () => this.#order.muteOthers();
    return this.#do({ key: 'muteOthers', act, said: m.panel_muted_others() });
  }

  /** Off the stage. Nobody is brought back there without being asked, so this is not undone. */
  demote({ peerId, displayName: name, role }: Person): Promise<boolean> {
    const said = role === 'moderator' ? m.person_demoted_key({ name }) : m.person_demoted({ name });
    const act = () => this.#order.setRole(peerId, 'audience');
    return this.#do({ key: `setRole ${peerId}`, act, said, words: LAST_MODERATOR });
  }

  promote({ peerId, displayName: name, role }: Person): Promise<boolean> {
    const key = `setRole ${peerId}`;
    return this.#do({
      key,
      act: () => this.#order.setRole(peerId, 'moderator'),
      said: m.person_promoted({ name }),
      undo: {
        key,
        act: () => this.#order.setRole(peerId, role),
        said: m.panel_undone({ what: m.person_unmoderated({ name }) }),
      },
    });
  }

  unmoderate({ peerId, displayName: name }: Person): Promise<boolean> {
    const key = `setRole ${peerId}`;
    const undo = {
      key,
      act: () => this.#order.setRole(peerId, 'moderator'),
      said: m.panel_undone({ what: m.person_promoted({ name }) }),
    };
    const isMine = peerId === this.#client.state.me?.peerId;
    return this.#do({
      key,
      act: () => this.#order.setRole(peerId, 'speaker'),
      said: isMine ? m.person_unmoderated({ name }) : m.person_unmoderated_key({ name }),
      // Of oneself it is not: one may not make moderators any more.
      ...(!isMine && { undo }),
      words: LAST_MODERATOR,
    });
  }

  /** Whoever holds the room moderates it, too. */
  handOver({ peerId, displayName: name, role }: Person): Promise<boolean> {
    const key = 'handOver';
    const { host, peers } = this.#client.state;
    const before = peers.find((peer) => peer.peerId === host);
    const isUndone = before !== undefined && role === 'moderator';
    return this.#do({
      key,
      act: () => this.#order.handOver(peerId),
      said: m.person_handed_over({ name }),
      ...(isUndone && {
        undo: {
          key,
          act: () => this.#order.handOver(before.peerId),
          said: m.panel_undone({ what: m.person_handed_over({ name: before.displayName }) }),
        },
      }),
    });
  }

  kick({ peerId, displayName: name }: Person): Promise<boolean> {
    const act = () => this.#order.kick(peerId);
    return this.#do({ key: `kick ${peerId}`, act, said: m.person_kicked({ name }) });
  }

  /** @param revokeInvitation whether the link they came with ends too */
  ban({ peerId, displayName: name }: Person, revokeInvitation: boolean): Promise<boolean> {
    const act = () => this.#order.ban(peerId, { revokeInvitation });
    const words = revokeInvitation ? LAST_KEY : {};
    return this.#do({ key: `ban ${peerId}`, act, said: m.person_banned({ name }), words });
  }

  unban({ peerId, displayName: name }: BanEntry): Promise<boolean> {
    const act = () => this.#order.unban(peerId);
    return this.#do({ key: `unban ${peerId}`, act, said: m.panel_unbanned({ name }) });
  }

  admit({ peerId }: Guest): Promise<boolean> {
    return this.#do({ key: `answer ${peerId}`, act: () => this.#order.admit(peerId) });
  }

  admitAll(): Promise<boolean> {
    return this.#do({ key: 'admitAll', act: () => this.#order.admitAll() });
  }

  turnAway({ peerId, displayName: name }: Guest): Promise<boolean> {
    const act = () => this.#order.turnAway(peerId);
    return this.#do({ key: `answer ${peerId}`, act, said: m.wait_turned_away({ name }) });
  }

  lock(locked: boolean): Promise<boolean> {
    const deed = (lock: boolean): Deed => ({
      key: 'lock',
      act: () => this.#order.changeSettings({ locked: lock }),
      said: lock ? m.panel_locked() : m.panel_unlocked(),
    });
    return this.#do({ ...deed(locked), undo: deed(!locked) });
  }

  changeSettings(change: SettingsChange): Promise<boolean> {
    return this.#do({ act: () => this.#order.changeSettings(change) });
  }

  get #order(): RoomClient['order'] {
    return this.#client.order;
  }

  /** @returns whether it was done, and done now */
  async #do({ key, act, said, undo, words }: Deed): Promise<boolean> {
    if (key !== undefined && this.#underWay.includes(key)) return false;
    if (key !== undefined) this.#underWay = [...this.#underWay, key];
    try {
      await act();
    } catch (error) {
      const failure = failureOf(error);
      const own = { ...WORDS, ...words }[failure];
      toasts.show(own ? own() : wordsOf(failure).text);
      return false;
    } finally {
      this.#underWay = this.#underWay.filter((it) => it !== key);
    }
    const offer = undo && { label: m.panel_undo(), act: () => void this.#do(undo) };
    if (said) toasts.show(said, offer);
    return true;
  }
}

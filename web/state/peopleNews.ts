import { can, type Guest, type PeerId, type PeerInfo } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';
import { m } from '#web/paraglide/messages.js';
import { Bunch } from './bunch.ts';
import { playNotice, type Notice } from './noticeSound.ts';
import { preferences } from './preferences.svelte.ts';
import { departed, knowsAll, newGuests, newcomers, raisedHands } from './rosterNews.ts';
import { toasts } from './toasts.svelte.ts';

/** While more and more people come, once in this time is enough. */
const LONGEST_PAUSE_MS = 16_000;
/** Who is back within this time was never really gone: a page loaded again, a server that restarted. */
const RETURN_MS = 60_000;

/** Tells who comes and goes, who waits at the door and who raises a hand, as far as one wants to know. */
export class PeopleNews {
  readonly #room: () => RoomState;
  readonly #isSeen: () => boolean;
  readonly #leftAtMs = new Map<PeerId, number>();
  readonly #came = new Bunch<PeerInfo>({
    tell: (people) => this.#tellOfArrivals(people),
    atOnce: true,
    longestPauseMs: LONGEST_PAUSE_MS,
  });
  readonly #left = new Bunch<PeerInfo>({
    tell: (people) => this.#tellOfDepartures(people),
    atOnce: false,
    longestPauseMs: LONGEST_PAUSE_MS,
  });
  readonly #guests = new Bunch<Guest>({
    // Words are for who may let them in, and come however one is told of arrivals.
    tell: () => playNotice('waits'),
    atOnce: true,
  });
  readonly #hands = new Bunch<PeerInfo>({
    tell: (people) => this.#tell('hand', people, HAND_WORDS),
    atOnce: true,
  });

  /**
   * @param room as it is when something is told
   * @param isSeen whether the list of people is on screen: what stands there is not shown once more
   */
  constructor(room: () => RoomState, isSeen: () => boolean) {
    this.#room = room;
    this.#isSeen = isSeen;
  }

  tell(before: RoomState, now: RoomState): void {
    const left = departed(before, now);
    this.#remember(left);
    if (preferences.tellsArrivals) {
      this.#came.add(newcomers(before, now));
      this.#left.add(left);
      this.#guests.add(newGuests(before, now));
    }
    if (preferences.tellsHands && can(now.me?.role ?? 'audience', 'moderate')) {
      this.#hands.add(raisedHands(before, now));
    }
  }

  close(): void {
    for (const bunch of [this.#came, this.#left, this.#guests, this.#hands]) bunch.close();
  }

  #remember(left: readonly PeerInfo[]): void {
    const nowMs = performance.now();
    for (const [peerId, atMs] of this.#leftAtMs) {
      if (atMs < nowMs - RETURN_MS) this.#leftAtMs.delete(peerId);
    }
    for (const { peerId } of left) this.#leftAtMs.set(peerId, nowMs);
  }

  #tellOfArrivals(people: readonly PeerInfo[]): void {
    this.#remember([]);
    const isBack = ({ peerId }: PeerInfo) => this.#leftAtMs.has(peerId);
    const words = { one: m.news_came, many: m.notice_came };
    this.#tell(
      'came',
      people.filter((person) => !isBack(person)),
      words,
    );
    announce(people.filter(isBack), words);
  }

  #tell(notice: Notice, people: People, words: Words): void {
    if (people.length === 0) return;
    playNotice(notice);
    if (this.#isSeen()) announce(people, words);
    else toasts.show(wordsFor(people, words));
  }

  /** There is nothing to do about it: only who does not see it is told. */
  #tellOfDepartures(people: readonly PeerInfo[]): void {
    const present = new Set(this.#room().peers.map(({ peerId }) => peerId));
    const gone = people.filter(({ peerId }) => !present.has(peerId));
    announce(gone, knowsAll(this.#room()) ? LEFT_WORDS : OFF_STAGE_WORDS);
  }
}

interface Words {
  readonly one: (of: { name: string }) => string;
  readonly many: (of: { count: number }) => string;
}

const HAND_WORDS: Words = { one: m.notice_hand, many: m.notice_hands_up };

const LEFT_WORDS: Words = { one: m.news_left, many: m.notice_left };
/** An audience is not told whether they listen from here on. */
const OFF_STAGE_WORDS: Words = { one: m.news_off_stage, many: m.notice_off_stage };

type People = readonly { readonly displayName: string }[];

function announce(people: People, words: Words): void {
  if (people.length > 0) toasts.announce(wordsFor(people, words));
}

function wordsFor(people: People, { one, many }: Words): string {
  const [first] = people;
  return first && people.length === 1
    ? one({ name: first.displayName })
    : many({ count: people.length });
}

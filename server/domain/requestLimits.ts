import type { ClientRequestName, PeerId } from '#protocol';
import { addressRates, type AddressRates } from './addressRates.ts';
import { FLOOD_BAN_MS } from './bans.ts';
import { CrowdLimit } from './crowdLimit.ts';
import { RecentMap } from './recentMap.ts';
import { Strikes } from './strikes.ts';
import { TokenBucket } from './tokenBucket.ts';

/** A client's entrance takes about ten requests, a rebuild of its transports six. */
const PERSON = { capacity: 50, perSecond: 20 };
/** An entrance takes six of these, its handshake included, and a rebuild five: two and one at once. Who only listens takes two. */
const COSTLY = { capacity: 20, perSecond: 5 };
/** Who asks on at 400 a second or more gets nothing at all, until they wait. */
const IGNORED_COSTS = 0.05;
/**
 * Refusals at an address, after which each that is ignored is the last: one who floods is given time
 * to notice, ten of them are not.
 */
const ADDRESS_REFUSALS = { capacity: 3_000, perSecond: 500 };

/** As long as strikes last. */
const KEEP_PERSON_MS = 5 * 60_000;
const MAX_PEOPLE = 20_000;
/** By then its bucket is full again. */
const KEEP_ADDRESS_MS = 10_000;
const MAX_ADDRESSES = 50_000;

/** What makes, or tears down, things in a worker or on the disk, waits for it, or is answered with much. */
const COSTLY_REQUESTS: ReadonlySet<unknown> = new Set<ClientRequestName>([
  'join',
  'listen',
  'createTransport',
  'produce',
  'produceData',
  'restartMedia',
  'getPhrases',
  'listAudience',
  'startRecording',
  'stopRecording',
  'changeSettings',
  'kick',
  'ban',
  'unban',
]);

/** Why something is not taken: when it would be, and whether whoever asked is to be sent away. */
export interface Refusal {
  readonly retryAfterMs: number;
  readonly isLast: boolean;
}

class Person {
  readonly all: TokenBucket;
  readonly costly: TokenBucket;
  readonly strikes = new Strikes();
  bannedUntilMs = -Infinity;

  constructor(nowMs: number) {
    this.all = new TokenBucket({ ...PERSON, nowMs });
    this.costly = new TokenBucket({ ...COSTLY, nowMs });
  }
}

class Address {
  readonly knocks: CrowdLimit;
  readonly requests: CrowdLimit;
  readonly refusals: TokenBucket;

  constructor(nowMs: number, random: () => number, { knocks, requests }: AddressRates) {
    // Strangers knock too: theirs are counted apart, and cost those nothing who are in.
    this.knocks = new CrowdLimit({ ...knocks, nowMs, random });
    this.requests = new CrowdLimit({ ...requests, nowMs, random });
    this.refusals = new TokenBucket({ ...ADDRESS_REFUSALS, nowMs });
  }
}

/**
 * How much is asked by each person, over all their sockets, and from each address. A socket belongs
 * to one person, whose limit is its own. Times are of one monotonic clock.
 */
export class RequestLimits {
  readonly #people = new RecentMap<PeerId, Person>({
    capacity: MAX_PEOPLE,
    keepMs: KEEP_PERSON_MS,
    make: (nowMs) => new Person(nowMs),
  });
  readonly #addresses: RecentMap<string, Address>;

  /** @param random 0 to 1, another each time */
  constructor(random: () => number, rates = addressRates()) {
    this.#addresses = new RecentMap({
      capacity: MAX_ADDRESSES,
      keepMs: KEEP_ADDRESS_MS,
      make: (nowMs) => new Address(nowMs, random, rates),
    });
  }

  /** Somebody not known yet knocks. Returns 0, or the milliseconds after which they are to come again. */
  knock(address: string, nowMs: number): number {
    return this.#addresses.of(address, nowMs).knocks.take(nowMs);
  }

  /** Somebody whose token is good comes in. Coming back gives nobody a clean slate. */
  enter(peerId: PeerId, nowMs: number): Refusal | null {
    const person = this.#people.of(peerId, nowMs);
    return this.#take(person, [person.all, person.costly], nowMs);
  }

  /** @param name as it came: a request's or any other */
  request(from: { peerId: PeerId; address: string }, name: unknown, nowMs: number): Refusal | null {
    const person = this.#people.of(from.peerId, nowMs);
    const own = COSTLY_REQUESTS.has(name) ? [person.all, person.costly] : [person.all];
    return this.#take(person, own, nowMs, this.#addresses.of(from.address, nowMs));
  }

  /** Sends somebody away for a while, whatever they ask. */
  ban(peerId: PeerId, nowMs: number): void {
    this.#people.of(peerId, nowMs).bannedUntilMs = nowMs + FLOOD_BAN_MS;
  }

  /** From all buckets or from none. What others at an address ask is nobody's offence. */
  #take(
    person: Person,
    own: readonly TokenBucket[],
    nowMs: number,
    address?: Address,
  ): Refusal | null {
    if (nowMs < person.bannedUntilMs) {
      return { retryAfterMs: Math.ceil(person.bannedUntilMs - nowMs), isLast: true };
    }
    const ownWaitMs = Math.max(...own.map((bucket) => bucket.waitMs(nowMs)));
    if (ownWaitMs > 0) return this.#refuse(person, own, nowMs, address);
    const retryAfterMs = address?.requests.take(nowMs) ?? 0;
    if (retryAfterMs > 0) return { retryAfterMs, isLast: false };
    for (const bucket of own) bucket.take(nowMs);
    return null;
  }

  #refuse(person: Person, own: readonly TokenBucket[], nowMs: number, address?: Address): Refusal {
    const waitMs = Math.max(...own.map((bucket) => bucket.waitMs(nowMs)));
    const offence = person.strikes.refused(nowMs, waitMs);
    const isTooMuch = (address?.refusals.take(nowMs) ?? 0) > 0;
    if (offence === 'last' || (isTooMuch && offence === 'ignored')) {
      person.bannedUntilMs = nowMs + FLOOD_BAN_MS;
      return { retryAfterMs: FLOOD_BAN_MS, isLast: true };
    }
    const empty = own.filter((bucket) => bucket.waitMs(nowMs) > 0);
    if (offence === 'ignored') for (const bucket of empty) bucket.drain(nowMs, IGNORED_COSTS);
    const ownWaitMs = empty.map((bucket) => bucket.waitMs(nowMs));
    return { retryAfterMs: Math.max(waitMs, ...ownWaitMs), isLast: false };
  }
}

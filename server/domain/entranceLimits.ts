import { addressRates } from './addressRates.ts';
import { CrowdLimit } from './crowdLimit.ts';
import { RecentMap } from './recentMap.ts';

/**
 * Of one address: each pupil of three schools makes a room in one moment.
 */
const AT_ONCE = { capacity: 300, perSecond: 5 };
/** Each has up to 200 tokens signed for it, some milliseconds: dozens of moderators open their list at once. */
const LISTS = { capacity: 60, perSecond: 2 };
/** By then it is full again. */
const KEEP_MS = 60_000;
const MAX_ADDRESSES = 50_000;

/** What is counted, each apart from the others; `invite` is making and revoking invitations. */
export type Entrance = 'enter' | 'makeRoom' | 'invite' | 'listInvitations';

/**
 * How often an address is given a name to enter a room with, how many rooms it makes, how many ways into
 * them, and how often it is shown those.
 */
export class EntranceLimits {
  readonly #addresses: RecentMap<string, Readonly<Record<Entrance, CrowdLimit>>>;

  /** @param random 0 to 1, another each time */
  constructor(random: () => number, rates = addressRates()) {
    this.#addresses = new RecentMap({
      capacity: MAX_ADDRESSES,
      keepMs: KEEP_MS,
      make: (nowMs) => ({
        enter: new CrowdLimit({ ...rates.enter, nowMs, random }),
        makeRoom: new CrowdLimit({ ...AT_ONCE, nowMs, random }),
        invite: new CrowdLimit({ ...AT_ONCE, nowMs, random }),
        listInvitations: new CrowdLimit({ ...LISTS, nowMs, random }),
      }),
    });
  }

  /** @returns 0, or the milliseconds after which to ask again. `nowMs` is of one monotonic clock. */
  take(what: Entrance, address: string, nowMs: number): number {
    return this.#addresses.of(address, nowMs)[what].take(nowMs);
  }
}

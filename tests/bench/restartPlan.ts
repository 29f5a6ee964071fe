import type { RoomCreated } from '#protocol';

// What the processes of the restart's benchmark agree on.

/** What a process with people in it is given. */
export interface Crowd {
  readonly url: string;
  readonly rooms: readonly RoomCreated[];
  readonly peersPerRoom: number;
}

/** What it says once everybody is in, and once everybody is back or given up. */
export type CrowdNews = { readonly entered: number } | { readonly back: readonly Return[] };

/** When somebody was back, in milliseconds since 1970; null for never. */
export interface Return {
  /** Its place in the room given to it. */
  readonly joinedMs: number | null;
  /** In the room, with a way in and out for phrases. */
  readonly inMs: number | null;
  /** Somebody else's sound; null for those of whom there is none to be heard. */
  readonly heardMs: number | null;
}

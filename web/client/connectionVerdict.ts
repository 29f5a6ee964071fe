import { CHOPPY_SHARE, USELESS_SHARE } from './soundHealth.ts';

/** By which way sound goes: best first. */
export const WAYS = ['udp', 'tcp', 'relay'] as const;
export type Way = (typeof WAYS)[number];

/** What was seen of the way for sound. Shares are of the packets that were sent, 0 to 1. */
export interface SoundWay {
  readonly way: Way;
  /** Null where nothing came back. */
  readonly roundTripMs: number | null;
  readonly lostUp: number;
  readonly lostDown: number;
}

export interface Findings {
  /** Null where there is none: UDP, TCP and relay are all blocked. */
  readonly sound: SoundWay | null;
  /**
   * Whether signalling gets through, and with it roster and phrases. Null where it was neither
   * heard nor cut off in time.
   */
  readonly socket: boolean | null;
  /** Where sound was tried to be sent, such as `UDP 203.0.113.7:40000`; empty where nobody said. */
  readonly addresses: readonly string[];
}

export interface Verdict {
  /** What this network lets one do in the room, by most. */
  readonly allows: 'speak' | 'listen' | 'read' | 'nothing';
  /** With breaks that are heard. */
  readonly choppy: boolean;
}

/**
 * What a network allows, with the measure by which sound in a room is called useless. Null where
 * that cannot be told: one that lets sound through and a socket neither open nor fail is rather a
 * server or a page that is slow.
 * @param maySpeak whether the role does: of one that listens, the way up is no matter
 */
export function verdictOf(
  { sound, socket }: Pick<Findings, 'sound' | 'socket'>,
  maySpeak: boolean,
): Verdict | null {
  if (socket === null && sound) return null;
  if (!socket) return { allows: 'nothing', choppy: false };
  if (!sound || sound.lostDown > USELESS_SHARE) return { allows: 'read', choppy: false };
  const speaks = maySpeak && sound.lostUp <= USELESS_SHARE;
  const worst = Math.max(sound.lostDown, speaks ? sound.lostUp : 0);
  return { allows: speaks ? 'speak' : 'listen', choppy: worst > CHOPPY_SHARE };
}

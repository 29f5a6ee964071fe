import type { PeerId, ProducerId } from '#protocol';
import type { Ears } from './ears.ts';
import type { LiveRoom } from './liveRoom.ts';
import type { MediaPeer } from './ports.ts';

/** A peer that is in a room: its media and what it was given so far. */
export interface Seat {
  readonly room: LiveRoom;
  media: MediaPeer;
  producerId: ProducerId | null;
  /** What they hear over their way in; null until it is there. */
  ears: Ears | null;
  /** Told of others as one who only listens: of the stage by name, of the rest by number. */
  isToldAsAudience: boolean;
  /** Phrases come to this one over the socket. */
  followsPhrases: boolean;
  /** Whether anything answers at the other end of its media, and since when: monotonic. */
  reachable: boolean;
  reachableChangedMs: number;
  /** Who leads the talk, as far as they were told; undefined where that is not known. */
  activeSpeaker: PeerId | null | undefined;
  /** The room's revision of the last snapshot; infinite until there was one. */
  knownRevision: number;
  /** Whether a microphone was connected in this visit: the first may have to begin muted. */
  hadMicrophone: boolean;
  /**
   * What brings somebody back to this seat: the last one given out, and the one before it until it is
   * known that the last one arrived.
   */
  resumeTokens: readonly string[];
}

import type { ProducerId, RtpCapabilities } from '#protocol';
import type { LiveRoom } from './liveRoom.ts';
import type { MediaPeer } from './ports.ts';

/** A peer that is in a room: its media and what it was given so far. */
export interface Seat {
  readonly room: LiveRoom;
  media: MediaPeer;
  producerId: ProducerId | null;
  rtpCapabilities: RtpCapabilities | null;
  /** Phrases come to this one over the socket. */
  followsPhrases: boolean;
  /** Whether anything answers at the other end of its media, and since when: monotonic. */
  reachable: boolean;
  reachableChangedMs: number;
  /** The room's revision of the last snapshot. */
  knownRevision: number;
  /** Whether a microphone was connected in this visit: the first may have to begin muted. */
  hadMicrophone: boolean;
  /**
   * What brings somebody back to this seat: the last one given out, and the one before it until it is
   * known that the last one arrived.
   */
  resumeTokens: readonly string[];
}

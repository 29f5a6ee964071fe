import type {
  ConsumerId,
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  Listen,
  PeerId,
  ProducerId,
} from '#protocol';
import type { Producer, Router } from 'mediasoup/types';
import type { Hearing, MediaListening } from '../session/ports.ts';

/** What of a room can be heard, on the Router where all of it is at home. */
export interface RoomSound {
  readonly router: Router;
  /** Null where nothing is ever said in it. */
  readonly voice: Producer | null;
  /** What those hear who only listen. */
  readonly slots: readonly Producer[];
  /** Whether a microphone is among the loudest, where there are more than are sent on. */
  isAudible(microphone: ProducerId): boolean;
}

/**
 * A place where ways into a room are opened: a Router of this machine, or another machine. One that nobody
 * listens in any more closes itself.
 */
export interface Branch {
  /** Whether others are to be asked first. */
  readonly isFull: boolean;
  openWayIn(options: WayInOptions): Promise<WayIn>;
  /** Idempotent. Whoever still listens there is not told. */
  close(): void;
}

/**
 * Finds a place for those who only listen on another machine; null where there is none. `gone` is to be
 * called once when it is of no use any more, whether it closed itself or was lost.
 */
export type Borrow = (sound: RoomSound, gone: () => void) => Promise<Branch | null>;

export interface WayInOptions extends Listen {
  readonly sound: RoomSound;
  readonly hearing: Hearing;
  readonly events: WayInEvents;
}

export interface WayInEvents {
  /** The speaker's Producer ended. */
  consumerClosed(consumerId: ConsumerId): void;
  /** Whether the other end still answers ICE's checks, as soon as that changes. */
  reachable(isReachable: boolean): void;
  /** Its Worker or machine is gone, and it with that. Not told after `close`. */
  lost(): void;
}

/** The receiving half of a `MediaPeer`, which says what each of these does. */
export interface WayIn {
  readonly listening: MediaListening;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  /** Rejects with WRONG_STATE where only slots come this way; so does `consume`. */
  hear(hearing: Hearing): Promise<void>;
  consumeSlots(): Promise<ConsumerOptions[]>;
  consume(options: {
    producerId: ProducerId;
    peerId: PeerId;
    paused: boolean;
  }): Promise<ConsumerOptions>;
  resumeConsumer(consumerId: ConsumerId): Promise<void>;
  /** False when it is gone. */
  closeConsumer(consumerId: ConsumerId): boolean;
  /** Sends on what is among the loudest by now, and nothing else of microphones. */
  audibleChanged(): void;
  /** Idempotent. */
  close(): void;
}

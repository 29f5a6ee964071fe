import type { RoomId } from '#protocol';
import type { Clock, MediaEngine, MediaRoom, MediaRoomEvents } from './ports.ts';

/** A dead worker is replaced within moments: how often, and how far apart, another is asked for. */
const REOPEN_ATTEMPTS = 20;
const REOPEN_PAUSE_MS = 250;
/** A room whose media side dies more often than this has something in it that kills workers. */
const DEATHS_BORNE = 5;
const DEATHS_LAST_MS = 60_000;

export interface RoomMediaOptions {
  readonly roomId: RoomId;
  readonly engine: MediaEngine;
  readonly clock: Clock;
  /** Told of each media side before anything is done with it. */
  readonly opened: (media: MediaRoom) => void;
  /** `died` is told of each media side that dies, but for one that is only just being opened. */
  readonly events: MediaRoomEvents;
}

/** The media side of a room: the one that is there, and another one after a worker's death. */
export class RoomMedia {
  readonly #options: RoomMediaOptions;
  #media: MediaRoom;
  #reopening: Promise<boolean> | null = null;
  #diedMs: number[] = [];
  #closed = false;

  static async open(options: RoomMediaOptions): Promise<RoomMedia> {
    const { engine, roomId, events, opened } = options;
    const media = await engine.openRoom(roomId, events);
    opened(media);
    return new RoomMedia(options, media);
  }

  private constructor(options: RoomMediaOptions, media: MediaRoom) {
    this.#options = options;
    this.#media = media;
  }

  get current(): MediaRoom {
    return this.#media;
  }

  /** Set while another media side is being opened. */
  get reopening(): Promise<boolean> | null {
    return this.#reopening;
  }

  /** Opens another one in place of one that died. False when there is none to be had. */
  reopen(): Promise<boolean> {
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null));
    return this.#reopening;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#media.close();
  }

  async #reopen(): Promise<boolean> {
    const nowMs = this.#options.clock.monotonicMs();
    this.#diedMs = [...this.#diedMs.filter((atMs) => nowMs - atMs < DEATHS_LAST_MS), nowMs];
    if (this.#diedMs.length > DEATHS_BORNE) return false;
    for (let attempt = 1; attempt <= REOPEN_ATTEMPTS && !this.#closed; attempt += 1) {
      const media = await this.#openAnother();
      if (media) {
        this.#options.opened(media);
        if (this.#closed) media.close();
        this.#media = media;
        return true;
      }
      await new Promise<void>((resolve) => this.#options.clock.after(REOPEN_PAUSE_MS, resolve));
    }
    return false;
  }

  async #openAnother(): Promise<MediaRoom | null> {
    const { engine, roomId, events } = this.#options;
    let isDead = false;
    const died = () => {
      isDead = true;
      // One that dies while it is being opened is not missed: there will be another attempt.
      if (!this.#reopening) events.died();
    };
    const media = await engine.openRoom(roomId, { ...events, died }).catch(() => null);
    return isDead ? null : media;
  }
}

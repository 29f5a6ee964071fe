import type { RecordedTrack, SenderReport } from '../session/ports.ts';
import { RECORD } from './journalFormat.ts';
import { encodeJson, encodeSenderReport, type StreamStart } from './journalPayloads.ts';

const EMPTY = new Uint8Array(0);

/** Appends a record of this track's stream, at the moment it is called. */
export type AppendToStream = (type: number, payload: Uint8Array) => void;

/** One Producer's stream on its way into the journal. */
export class TrackRecorder implements RecordedTrack {
  readonly #append: AppendToStream;
  readonly #start: Omit<StreamStart, 'muted'>;
  readonly #onEnd: () => void;
  #muted = false;
  #ended = false;

  constructor(options: {
    append: AppendToStream;
    start: Omit<StreamStart, 'muted'>;
    onEnd: () => void;
  }) {
    this.#append = options.append;
    this.#start = options.start;
    this.#onEnd = options.onEnd;
  }

  get displayName(): string {
    return this.#start.displayName;
  }

  /** What a part of the journal says of this stream before its packets. */
  startPayload(): Uint8Array {
    return encodeJson({ ...this.#start, muted: this.#muted } satisfies StreamStart);
  }

  rtp(packet: Uint8Array): void {
    if (!this.#ended) this.#append(RECORD.rtp, packet);
  }

  senderReport(report: SenderReport): void {
    if (!this.#ended) this.#append(RECORD.senderReport, encodeSenderReport(report));
  }

  setMuted(muted: boolean): void {
    if (this.#ended || muted === this.#muted) return;
    this.#muted = muted;
    this.#append(muted ? RECORD.mute : RECORD.unmute, EMPTY);
  }

  end(): void {
    if (this.#ended) return;
    this.#append(RECORD.streamEnd, EMPTY);
    this.#ended = true;
    this.#onEnd();
  }
}

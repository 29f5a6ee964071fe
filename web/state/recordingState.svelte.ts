import type { RecordingDetail, RecordingList, SharedRecording } from '#protocol';
import { getRecording, getSharedRecording, listRecordings } from '#web/client/api.ts';
import { failureOf, type Failure } from './failure.ts';

/** Often enough for a bar that moves. */
const POLL_MS = 1_500;

/** Something asked of the server that is asked again for as long as it may still change. */
class Polled<Value> {
  #value = $state.raw<Value | null>(null);
  #failure = $state<Failure | null>(null);
  readonly #ask: () => Promise<Value>;
  readonly #changes: (value: Value) => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(ask: () => Promise<Value>, changes: (value: Value) => boolean) {
    this.#ask = ask;
    this.#changes = changes;
    void this.load();
  }

  get value(): Value | null {
    return this.#value;
  }
  /** Why there is nothing to show; null once there is something. */
  get failure(): Failure | null {
    return this.#value === null ? this.#failure : null;
  }

  readonly load = async (): Promise<void> => {
    clearTimeout(this.#timer);
    this.#failure = null;
    try {
      this.#value = await this.#ask();
    } catch (error) {
      this.#failure = failureOf(error);
    }
    const again = this.#value !== null && this.#changes(this.#value);
    if (again && !this.#closed) this.#timer = setTimeout(() => void this.load(), POLL_MS);
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

const UNFINISHED = ['recording', 'finalizing'];

/** The recordings of a room. */
export class RecordingsState extends Polled<RecordingList> {
  constructor(roomId: string, token: string) {
    super(
      () => listRecordings(roomId, token),
      (list) => list.recordings.some(({ state }) => UNFINISHED.includes(state)),
    );
  }
}

/** One recording; looked at again until its manifest is written. */
export class RecordingState extends Polled<RecordingDetail> {
  constructor(roomId: string, recordingId: string, token: string) {
    super(() => getRecording(roomId, recordingId, token), isUnfinished);
  }
}

/** The same, for whoever has a link to it and none to its room. */
export class SharedRecordingState extends Polled<SharedRecording> {
  constructor(recordingId: string, token: string) {
    super(() => getSharedRecording(recordingId, token), isUnfinished);
  }
}

function isUnfinished({ manifest, summary }: RecordingDetail): boolean {
  return manifest === null && UNFINISHED.includes(summary.state);
}

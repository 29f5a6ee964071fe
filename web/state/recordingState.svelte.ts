import type { RecordingDetail, RecordingList, SharedRecording } from '#protocol';
import { getRecording, getSharedRecording, listRecordings } from '#web/client/api.ts';
import { m } from '#web/paraglide/messages.js';
import { failureOf, type Failure } from './failure.ts';
import { toasts } from './toasts.svelte.ts';

/** Often enough for a bar that moves. */
const POLL_MS = 1_500;

/** Something asked of the server that is asked again for as long as it may still change. */
class Polled<Value> {
  #value = $state.raw<Value | null>(null);
  #failure = $state<Failure | null>(null);
  readonly #ask: () => Promise<Value>;
  readonly #changes: (value: Value) => boolean;
  readonly #settled: (value: Value) => void;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param options.settled told what was waited for, once it changes no more */
  constructor(options: {
    ask: () => Promise<Value>;
    changes: (value: Value) => boolean;
    settled?: (value: Value) => void;
  }) {
    this.#ask = options.ask;
    this.#changes = options.changes;
    this.#settled = options.settled ?? (() => {});
    void this.load();
  }

  get value(): Value | null {
    return this.#value;
  }
  /** Why there is nothing to show; null once there is something. */
  get failure(): Failure | null {
    return this.#value === null ? this.#failure : null;
  }

  /** Asks at once. Who asks meanwhile gets the same answer. */
  readonly load = (): Promise<void> => {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    const before = this.#value;
    this.#failure = null;
    try {
      this.#value = await this.#ask();
    } catch (error) {
      this.#failure = failureOf(error);
    }
    const again = this.#value !== null && this.#changes(this.#value);
    if (this.#closed) return;
    if (again) this.#timer = setTimeout(() => void this.load(), POLL_MS);
    else if (this.#value && before && this.#changes(before)) this.#settled(this.#value);
  }
}

const UNFINISHED = ['recording', 'finalizing'];

/** How one recording is waited for: that the page shows something else then is said aloud too. */
const UNTIL_IT_ENDS = {
  changes: ({ manifest, summary }: RecordingDetail) =>
    manifest === null && UNFINISHED.includes(summary.state),
  settled: ({ manifest }: RecordingDetail) =>
    toasts.announce(manifest ? m.toast_recording_ready() : m.recording_failed_title()),
};

/** The recordings of a room. */
export class RecordingsState extends Polled<RecordingList> {
  constructor(roomId: string, token: string) {
    super({
      ask: () => listRecordings(roomId, token),
      changes: (list) => list.recordings.some(({ state }) => UNFINISHED.includes(state)),
    });
  }
}

/** One recording; looked at again until its manifest is written. */
export class RecordingState extends Polled<RecordingDetail> {
  constructor(roomId: string, recordingId: string, token: string) {
    super({ ...UNTIL_IT_ENDS, ask: () => getRecording(roomId, recordingId, token) });
  }
}

/** The same, for whoever has a link to it and none to its room. */
export class SharedRecordingState extends Polled<SharedRecording> {
  constructor(recordingId: string, token: string) {
    super({ ...UNTIL_IT_ENDS, ask: () => getSharedRecording(recordingId, token) });
  }
}

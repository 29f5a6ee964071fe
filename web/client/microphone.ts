import { visibleLevel } from './levels.ts';

export type MicrophoneFailure = 'denied' | 'missing' | 'busy' | 'insecure' | 'unknown';

/** The microphone did not open; `reason` says what a person can do about it. */
export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';
  readonly reason: MicrophoneFailure;

  constructor(reason: MicrophoneFailure, cause?: unknown) {
    super(`microphone: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** The names of getUserMedia's failures (Media Capture and Streams, section 10.3). */
const REASONS: Readonly<Record<string, MicrophoneFailure>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

export interface MicrophoneOptions {
  /** As it is, for music: no echo cancellation, noise suppression or gain control. */
  readonly unprocessed?: boolean;
}

/**
 * Opens a microphone; the browser may ask the person first.
 * @param deviceId the browser's default when left out
 * @throws MicrophoneError
 */
export async function openMicrophone(
  deviceId?: string,
  { unprocessed = false }: MicrophoneOptions = {},
): Promise<MediaStreamTrack> {
  const { mediaDevices } = globalThis.navigator;
  if (!mediaDevices) throw new MicrophoneError('insecure');
  try {
    const stream = await mediaDevices.getUserMedia({
      audio: {
        ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
        channelCount: 1,
        echoCancellation: !unprocessed,
        noiseSuppression: !unprocessed,
        autoGainControl: !unprocessed,
      },
    });
    const [track] = stream.getAudioTracks();
    if (!track) throw new MicrophoneError('missing');
    return track;
  } catch (error) {
    if (error instanceof MicrophoneError) throw error;
    const name = error instanceof Error ? error.name : '';
    throw new MicrophoneError(REASONS[name] ?? 'unknown', error);
  }
}

/** What counts as a person's doing, for a mouse as for a finger (HTML, user activation). */
const GESTURES = ['keydown', 'pointerup'] as const;

/** Reads how loud a track is at this moment. */
export class LevelMeter {
  readonly #context = new AudioContext({ latencyHint: 'interactive' });
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  /** Aborted once the context runs, or is not to. */
  readonly #starting = new AbortController();

  constructor(track: MediaStreamTrack) {
    this.#analyser = this.#context.createAnalyser();
    // 1,024 samples are 21 ms at 48 kHz: the meter moves well within 50 ms of the sound.
    this.#analyser.fftSize = 1_024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    const start = () =>
      this.#context.resume().then(
        () => this.#starting.abort(),
        () => undefined,
      );
    void start();
    // Chromium starts it while a microphone is open; a browser may want a gesture all the same.
    for (const gesture of GESTURES) {
      addEventListener(gesture, start, { signal: this.#starting.signal });
    }
  }

  /** 0 (silence) to 1 (full scale), on a scale of loudness. */
  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return visibleLevel(Math.sqrt(sum / this.#samples.length));
  }

  close(): void {
    this.#starting.abort();
    if (this.#context.state !== 'closed') void this.#context.close();
  }
}

/** Records a track for `ms` milliseconds, for its owner to hear how it sounds. */
export function recordSample(track: MediaStreamTrack, ms = 3_000): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => resolve(new Blob(parts, { type: recorder.mimeType }));
    recorder.onerror = () => reject(new Error('The microphone could not be recorded'));
    recorder.start();
    setTimeout(() => {
      if (recorder.state === 'recording') recorder.stop();
    }, ms);
  });
}

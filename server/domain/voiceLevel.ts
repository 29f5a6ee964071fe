import { FRAME_20_MS } from './opus.ts';

/** dBov. Quieter is no speech. */
export const SPEECH_DBOV = -50;
/** dBov. What claims to be louder is no louder than that: speech next to it is as good. */
const LOUDEST_DBOV = -20;
export const SILENT_DBOV = -127;
/** Bytes of a 20 ms frame below which nothing is said, and from which anything may be. */
const SILENT_BYTES = 10;
const SPEECH_BYTES = 25;
/** How far back bytes are looked at. */
const WINDOW_MS = 200;
/** Shares of what is new, by 20 ms: a voice is believed quickly, and its pauses between syllables little. */
const RISE = 0.4;
const FALL = 0.08;

/** What a packet shows of a voice. */
export interface Heard {
  /** RFC 6464, dBov; null where the sender does not say. */
  readonly claimedDbov: number | null;
  readonly bytes: number;
  readonly samples: number;
}

/**
 * How loud a microphone is believed to be. What a client claims counts as far as the bytes that it
 * sends fit: silence and discontinuous transmission take few, whatever is said of them.
 */
export class VoiceLevel {
  #dBov = SILENT_DBOV;
  #speechMs = -Infinity;
  #recent: { atMs: number; bytes: number; samples: number }[] = [];

  /** dBov, over the last tenth of a second or so. */
  get dBov(): number {
    return this.#dBov;
  }

  /** When something was last said. */
  get speechMs(): number {
    return this.#speechMs;
  }

  /** Returns whether something is said in this packet. */
  hear({ claimedDbov, bytes, samples }: Heard, nowMs: number): boolean {
    const frames = Math.max(1, samples) / FRAME_20_MS;
    const now = believable(claimedDbov, bytes / frames);
    const isSpeech = now >= SPEECH_DBOV;
    if (nowMs - this.#speechMs >= WINDOW_MS && isSpeech) this.#dBov = SILENT_DBOV;
    if (isSpeech) this.#speechMs = nowMs;

    this.#recent.push({ atMs: nowMs, bytes, samples: Math.max(1, samples) });
    while (nowMs - (this.#recent[0]?.atMs ?? nowMs) >= WINDOW_MS) this.#recent.shift();
    const all = { bytes: 0, samples: 0 };
    for (const one of this.#recent) {
      all.bytes += one.bytes;
      all.samples += one.samples;
    }
    const level = believable(claimedDbov, (all.bytes * FRAME_20_MS) / all.samples);
    const share = level > this.#dBov ? RISE : FALL;
    this.#dBov += (level - this.#dBov) * Math.min(1, share * frames);
    return isSpeech;
  }

  /** Nothing is to be heard from here on, until something is said again. */
  silence(): void {
    this.#speechMs = -Infinity;
    this.#dBov = SILENT_DBOV;
    this.#recent = [];
  }
}

/** dBov that `bytes` a frame can be. */
function believable(claimedDbov: number | null, bytes: number): number {
  if (bytes < SILENT_BYTES) return SILENT_DBOV;
  const share = Math.min(1, (bytes - SILENT_BYTES) / (SPEECH_BYTES - SILENT_BYTES));
  const most = SPEECH_DBOV + share * (LOUDEST_DBOV - SPEECH_DBOV);
  return Math.min(claimedDbov ?? LOUDEST_DBOV, most);
}

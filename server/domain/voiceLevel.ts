import { FRAME_20_MS, isSilkOnly, soundBytes } from './opus.ts';

// Chromium's packets were measured (espeak-ng's voices and noise through its microphone, 32 kbit/s, levels of the
// whole packet). Speech: -14 to -41 dBov with its processing, 62 to 95 bytes for 20 ms. Noise at -50 dBov: as many
// bytes, so that bytes tell it from nothing. Digital silence: 35 bytes, ten times and then every 400 ms; 3 bytes
// where CELT alone is used.

/** dBov. Quieter is no speech. */
export const SPEECH_DBOV = -50;
/** dBov. What claims to be louder is no louder than that. */
const LOUDEST_DBOV = -20;
/** dBov of what does not say, where its bytes fit: a middling voice. */
const UNSAID_DBOV = -35;
const SILENT_DBOV = -127;
/**
 * Bytes of 20 ms below which nothing is said, and from which it may be as loud as claimed. SILK by itself is what an
 * encoder takes to speak at 6 to 13 kbit/s, the other modes what it takes from there.
 */
const SILK_BYTES = { speech: 10, loud: 22 };
const OTHER_BYTES = { speech: 38, loud: 55 };
/** How far back bytes are looked at, and after what silence speech begins anew. */
const WINDOW_MS = 200;
/** Share of a frame in the level: a voice is believed quickly, and its pauses between syllables little. */
const RISE = 0.4;
const FALL = 0.08;

/** What a packet tells of a voice. */
export interface Heard {
  /** dBov, -127 to 0 (RFC 6464); null where the sender does not say. */
  readonly claimedDbov: number | null;
  /** An Opus packet that can be decoded, and its duration. */
  readonly payload: Uint8Array;
  readonly samples: number;
}

/**
 * How loud a microphone is believed to be. What a client claims counts as far as the bytes that it
 * sends fit: those of silence are few, whatever is claimed of it.
 */
export class VoiceLevel {
  #dBov = SILENT_DBOV;
  #speechMs = -Infinity;
  #recent: { atMs: number; bytes: number; frames: number }[] = [];

  /** Of the last tenth of a second or so. */
  get dBov(): number {
    return this.#dBov;
  }

  /** When something was last said. */
  get speechMs(): number {
    return this.#speechMs;
  }

  /** Returns whether something is said in this packet. */
  hear({ claimedDbov, payload, samples }: Heard, nowMs: number): boolean {
    const [bytes, frames] = [soundBytes(payload), samples / FRAME_20_MS];
    this.#recent.push({ atMs: nowMs, bytes, frames });
    while (nowMs - (this.#recent[0]?.atMs ?? nowMs) >= WINDOW_MS) this.#recent.shift();
    const all = { bytes: 0, frames: 0 };
    for (const one of this.#recent) {
      all.bytes += one.bytes;
      all.frames += one.frames;
    }
    const toc = payload[0] as number;
    const level = believable(claimedDbov, { toc, bytes: all.bytes / all.frames });
    const isSpeech = believable(claimedDbov, { toc, bytes: bytes / frames }) >= SPEECH_DBOV;
    const isNew = isSpeech && nowMs - this.#speechMs >= WINDOW_MS;
    const share = level > this.#dBov ? RISE : FALL;
    if (isNew) this.#dBov = level;
    else this.#dBov += (level - this.#dBov) * Math.min(1, share * frames);
    if (isSpeech) this.#speechMs = nowMs;
    return isSpeech;
  }

  /** Nothing is to be heard from here on, until something is said again. */
  silence(): void {
    this.#speechMs = -Infinity;
    this.#dBov = SILENT_DBOV;
    this.#recent = [];
  }
}

/** dBov that so many bytes of 20 ms can be. */
function believable(claimedDbov: number | null, of: { toc: number; bytes: number }): number {
  const { speech, loud } = isSilkOnly(of.toc) ? SILK_BYTES : OTHER_BYTES;
  if (of.bytes < speech) return SILENT_DBOV;
  const share = Math.min(1, (of.bytes - speech) / (loud - speech));
  const most = SPEECH_DBOV + share * (LOUDEST_DBOV - SPEECH_DBOV);
  return Math.min(claimedDbov ?? UNSAID_DBOV, most);
}

import type { PeerId, TalkTime } from '#protocol';

/** Louder than this somebody talks; quieter is breath and furniture. dBov (RFC 6464). */
export const TALK_DBOV = -45;
/** Reports come every quarter of a second: one that is late does not make a pause talk. */
const LONGEST_STEP_MS = 500;
/** More people than ever talk in a room; the first are forgotten. */
const MAX_TALKERS = 5_000;

/** How long each person has talked, as their microphones were measured. Times are monotonic. */
export class TalkTimes {
  readonly #talkedMs = new Map<PeerId, number>();
  /** Those that are different since they were last asked for. */
  readonly #news = new Set<PeerId>();
  #lastMs: number | null = null;

  of(peerId: PeerId): number {
    return Math.round(this.#talkedMs.get(peerId) ?? 0);
  }

  get all(): TalkTime[] {
    return [...this.#talkedMs.keys()].map((peerId) => ({ peerId, talkedMs: this.of(peerId) }));
  }

  /** @param levels how loud people are at this moment, those who are silent left out */
  heard(levels: readonly { peerId: PeerId; dBov: number }[], nowMs: number): void {
    const stepMs = Math.min(nowMs - (this.#lastMs ?? nowMs), LONGEST_STEP_MS);
    this.#lastMs = nowMs;
    for (const { peerId, dBov } of levels) {
      if (dBov <= TALK_DBOV || stepMs <= 0) continue;
      this.#talkedMs.set(peerId, (this.#talkedMs.get(peerId) ?? 0) + stepMs);
      this.#news.add(peerId);
    }
    const [first] = this.#talkedMs.keys();
    if (this.#talkedMs.size > MAX_TALKERS && first) this.#talkedMs.delete(first);
  }

  /** What is different since this was last asked. */
  takeNews(): TalkTime[] {
    const news = [...this.#news].map((peerId) => ({ peerId, talkedMs: this.of(peerId) }));
    this.#news.clear();
    return news;
  }
}

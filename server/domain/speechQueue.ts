import { countGraphemes, ProtocolError, type Approval, type PeerId, type Phrase } from '#protocol';

/** Beyond this much speech ahead of it a phrase is only shown. */
export const LONGEST_QUEUE_MS = 60_000;
/** How long a phrase waits for a gap before it speaks into the talk. */
export const LONGEST_WAIT_MS = 4_000;
/** Silence that counts as a gap, and not as a breath. */
export const GAP_MS = 300;
/** Between two phrases. */
const PAUSE_MS = 250;
/** Phrases that may wait for a moderator. */
const MAX_UNAPPROVED = 50;
// What a phrase takes before its sound is there: espeak at its usual pace.
const MS_PER_GRAPHEME = 75;
const MS_PER_NAME = 900;

interface Entry {
  readonly phrase: Phrase;
  durationMs: number;
}

interface Current {
  readonly phrase: Phrase;
  readonly endsAtMs: number;
}

/** What comes of a phrase: its turn, a moderator's decision, or the screen alone. */
export type Admission = 'waiting' | 'unapproved' | 'full';

/** What a room needs to know to speak the next phrase. */
export type Due =
  | { readonly phrase: Phrase; readonly withName: boolean }
  /** `inMs` from now it may have come; null when something must happen first. */
  | { readonly phrase: null; readonly inMs: number | null };

/**
 * Which phrase is spoken when: one at a time, politely, by the moderator's wishes. Times are
 * milliseconds of one monotonic clock.
 */
export class SpeechQueue {
  #approval: Approval;
  #held: boolean;
  #waiting: Entry[] = [];
  #unapproved: Entry[] = [];
  /** Authors of whom a moderator has let a phrase through. */
  readonly #known = new Set<PeerId>();
  #current: Current | null = null;
  #lastAuthor: PeerId | null = null;
  /** Since when nobody talks; null while somebody does. */
  #quietSinceMs: number | null = -Infinity;
  #endedAtMs = -Infinity;
  /** Since when the first of the queue could have been spoken, were it not for talk. */
  #firstSinceMs: number | null = null;

  constructor(approval: Approval, held = false) {
    this.#approval = approval;
    this.#held = held;
  }

  get approval(): Approval {
    return this.#approval;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  get currentSeq(): number | null {
    return this.#current?.phrase.seq ?? null;
  }

  /** Numbers, the next one first. */
  get waiting(): number[] {
    return this.#waiting.map(({ phrase }) => phrase.seq);
  }

  /** The numbers of an author's phrases that wait, for their turn or for a yes. */
  of(authorId: PeerId): number[] {
    return [...this.#waiting, ...this.#unapproved]
      .filter(({ phrase }) => phrase.authorId === authorId)
      .map(({ phrase }) => phrase.seq);
  }

  get unapproved(): number[] {
    return this.#unapproved.map(({ phrase }) => phrase.seq);
  }

  /** The phrases whose sound will be needed next. */
  upcoming(count: number): Phrase[] {
    return this.#waiting.slice(0, count).map(({ phrase }) => phrase);
  }

  add(phrase: Phrase, nowMs: number): Admission {
    const entry = { phrase, durationMs: estimate(phrase) };
    const needsApproval =
      this.#approval === 'all' || (this.#approval === 'first' && !this.#known.has(phrase.authorId));
    if (needsApproval) {
      if (this.#unapproved.length >= MAX_UNAPPROVED) return 'full';
      this.#unapproved.push(entry);
      return 'unapproved';
    }
    return this.#append(entry, nowMs) ? 'waiting' : 'full';
  }

  /** The phrase's sound is there: it takes so long. */
  learnDuration(seq: number, durationMs: number): void {
    const entry = this.#waiting.find(({ phrase }) => phrase.seq === seq);
    if (entry) entry.durationMs = durationMs;
  }

  /** Whether somebody talks at this moment. */
  heard(isTalk: boolean, nowMs: number): void {
    if (isTalk) this.#quietSinceMs = null;
    else this.#quietSinceMs ??= nowMs;
  }

  /** The phrase whose turn has come, or when to ask again. */
  due(nowMs: number): Due {
    const first = this.#waiting[0];
    if (!first || this.#held || this.#current) {
      this.#firstSinceMs = null;
      return { phrase: null, inMs: null };
    }
    const pauseMs = this.#endedAtMs + PAUSE_MS - nowMs;
    if (pauseMs > 0) return { phrase: null, inMs: pauseMs };
    this.#firstSinceMs ??= nowMs;
    const patienceMs = this.#firstSinceMs + LONGEST_WAIT_MS - nowMs;
    const gapMs = this.#quietSinceMs === null ? Infinity : this.#quietSinceMs + GAP_MS - nowMs;
    const inMs = Math.min(patienceMs, gapMs);
    if (inMs > 0) return { phrase: null, inMs };
    const { phrase } = first;
    return { phrase, withName: phrase.authorId !== this.#lastAuthor };
  }

  /** The first of the queue is being spoken from now on. */
  begin(seq: number, durationMs: number, nowMs: number): void {
    const entry = this.#take(seq);
    if (!entry) throw new Error(`phrase ${seq} does not wait`);
    this.#current = { phrase: entry.phrase, endsAtMs: nowMs + durationMs };
    this.#lastAuthor = entry.phrase.authorId;
    this.#firstSinceMs = null;
  }

  /** What was being spoken has ended, or was ended. */
  end(nowMs: number): void {
    this.#current = null;
    this.#endedAtMs = nowMs;
  }

  /** Takes a phrase out that cannot be spoken. */
  drop(seq: number): Phrase | null {
    return this.#take(seq)?.phrase ?? null;
  }

  hold(held: boolean): void {
    this.#held = held;
  }

  /** @throws ProtocolError NOT_FOUND when it is not waiting */
  move(seq: number, place: number): void {
    const entry = this.#take(seq);
    if (!entry) throw notFound(seq);
    this.#waiting.splice(place, 0, entry);
  }

  /**
   * Lets a phrase through, and with it, where newcomers are looked at, its author.
   * @throws ProtocolError NOT_FOUND when it does not wait for that, LIMIT_REACHED while the queue is full
   */
  approve(seq: number, nowMs: number): void {
    const entry = this.#unapproved.find(({ phrase }) => phrase.seq === seq);
    if (!entry) throw notFound(seq);
    if (!this.#append(entry, nowMs)) throw new ProtocolError('LIMIT_REACHED', 'the queue is full');
    this.#unapproved = this.#unapproved.filter((other) => other !== entry);
    this.#known.add(entry.phrase.authorId);
  }

  /**
   * Those who need no yes any more are let through, in their order.
   * @returns those for which the queue has no room
   */
  setApproval(approval: Approval, nowMs: number): Phrase[] {
    this.#approval = approval;
    const stays = ({ phrase }: Entry) =>
      approval === 'all' || (approval === 'first' && !this.#known.has(phrase.authorId));
    const free = this.#unapproved.filter((entry) => !stays(entry));
    this.#unapproved = this.#unapproved.filter(stays);
    return free.filter((entry) => !this.#append(entry, nowMs)).map(({ phrase }) => phrase);
  }

  /** How long it would take to speak what is there. */
  #lengthMs(nowMs: number): number {
    const current = this.#current ? Math.max(0, this.#current.endsAtMs - nowMs) : 0;
    return this.#waiting.reduce((sum, { durationMs }) => sum + durationMs + PAUSE_MS, current);
  }

  /** False when it would make the queue too long. */
  #append(entry: Entry, nowMs: number): boolean {
    if (this.#lengthMs(nowMs) + entry.durationMs > LONGEST_QUEUE_MS) return false;
    this.#waiting.push(entry);
    return true;
  }

  #take(seq: number): Entry | undefined {
    for (const list of [this.#waiting, this.#unapproved]) {
      const at = list.findIndex(({ phrase }) => phrase.seq === seq);
      if (at >= 0) return list.splice(at, 1)[0];
    }
    return undefined;
  }
}

function estimate({ text }: Phrase): number {
  return MS_PER_NAME + countGraphemes(text) * MS_PER_GRAPHEME;
}

function notFound(seq: number): ProtocolError {
  return new ProtocolError('NOT_FOUND', `phrase ${seq} does not wait`);
}

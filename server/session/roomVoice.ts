import type {
  Approval,
  ModerateSpeech,
  PeerId,
  Phrase,
  Speech,
  Spoken,
  UnspokenReason,
} from '#protocol';
import { SpeechQueue } from '../domain/speechQueue.ts';
import { TALK_DBOV } from '../domain/talkTimes.ts';
import { Voices } from '../domain/voices.ts';
import { PhrasePlayer, type PhraseTrack } from './phrasePlayer.ts';
import type { Clock, Log, MediaRoom, SpeechEngine } from './ports.ts';
import { PhraseSounds, type PhraseSound } from './phraseSounds.ts';

/** Phrases whose sound is made ahead of their turn. */
const AHEAD = 3;

export interface RoomVoiceOptions {
  readonly approval: Approval;
  readonly held: boolean;
  /** Null where the server has no voice. */
  readonly engine: SpeechEngine | null;
  /** The media side of this moment. */
  readonly media: () => MediaRoom;
  /** The track of a phrase in the recording; null where it is not to be in it. */
  readonly record: (phrase: Phrase, durationMs: number) => PhraseTrack | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Everyone is told. */
  readonly changed: (speech: Speech) => void;
  /** Its author is told. */
  readonly unspoken: (phrase: Phrase, reason: UnspokenReason) => void;
}

/** The voice in which a room's phrases are heard by everyone at once. */
export class RoomVoice {
  readonly #options: RoomVoiceOptions;
  readonly #queue: SpeechQueue;
  readonly #voices = new Voices();
  readonly #sounds: PhraseSounds | null;
  readonly #player: PhrasePlayer;
  #current: { phrase: Phrase; spoken: Spoken } | null = null;
  /** Of whom the sound is being waited for. */
  #awaited: number | null = null;
  #cancelAlarm: () => void = () => {};
  #closed = false;

  constructor(options: RoomVoiceOptions) {
    this.#options = options;
    this.#queue = new SpeechQueue(options.approval, options.held);
    this.#sounds = options.engine && new PhraseSounds(options.engine);
    this.#player = new PhrasePlayer(options);
  }

  get speech(): Speech {
    return {
      approval: this.#queue.approval,
      held: this.#queue.isHeld,
      current: this.#current?.spoken ?? null,
      waiting: this.#queue.waiting,
      unapproved: this.#queue.unapproved,
    };
  }

  /** Gives a phrase its place in the queue. */
  add(phrase: Phrase): void {
    const { engine, unspoken } = this.#options;
    if (!engine) return;
    if (!engine.speaks(phrase.language)) return unspoken(phrase, 'noVoice');
    if (this.#queue.add(phrase, this.#now()) === 'full') return unspoken(phrase, 'queueFull');
    this.#changed();
  }

  /** How loud the loudest is at this moment; null when nobody is. dBov. */
  heard(loudest: number | null): void {
    this.#queue.heard(loudest !== null && loudest > TALK_DBOV, this.#now());
    this.#step();
  }

  /** @throws ProtocolError NOT_FOUND for a phrase that does not wait, LIMIT_REACHED when too many do */
  moderate(command: ModerateSpeech): void {
    switch (command.action) {
      case 'hold':
      case 'release':
        this.#queue.hold(command.action === 'hold');
        break;
      case 'skip':
        this.#skip(command.seq);
        break;
      case 'approve':
        this.#queue.approve(command.seq, this.#now());
        break;
      case 'move':
        this.#queue.move(command.seq, command.place);
        break;
      case 'setApproval':
        for (const phrase of this.#queue.setApproval(command.approval, this.#now())) {
          this.#options.unspoken(phrase, 'queueFull');
        }
    }
    this.#changed();
  }

  /** Somebody was taken out: nothing of theirs is spoken any more. */
  skipAllOf(authorId: PeerId): void {
    const current = this.#current?.phrase;
    const seqs = this.#queue.of(authorId);
    if (current?.authorId === authorId) seqs.push(current.seq);
    if (seqs.length === 0) return;
    for (const seq of seqs) this.#skip(seq);
    this.#changed();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#cancelAlarm();
    this.#player.stop();
  }

  #skip(seq: number): void {
    const phrase = this.#current?.spoken.seq === seq ? this.#current.phrase : this.#queue.drop(seq);
    if (!phrase) return;
    if (phrase === this.#current?.phrase) this.#player.stop();
    this.#sounds?.forget(seq);
    this.#options.unspoken(phrase, 'skipped');
  }

  #changed(): void {
    this.#options.changed(this.speech);
    this.#prepare();
    this.#step();
  }

  /** Has the sound of the next ones made, so that it is there when their turn comes. */
  #prepare(): void {
    for (const phrase of this.#queue.upcoming(AHEAD)) void this.#soundOf(phrase);
  }

  async #soundOf(phrase: Phrase): Promise<PhraseSound | null> {
    const author = { peerId: phrase.authorId, displayName: phrase.authorName };
    try {
      const sound = (await this.#sounds?.of(phrase, this.#voices.of(author))) ?? null;
      if (sound) this.#queue.learnDuration(phrase.seq, sound.durationMs);
      return sound;
    } catch (err) {
      if (this.#queue.drop(phrase.seq)) {
        this.#options.log.warn({ seq: phrase.seq, err }, 'phrase could not be spoken');
        this.#options.unspoken(phrase, 'failed');
        this.#changed();
      }
      return null;
    }
  }

  #step(): void {
    this.#cancelAlarm();
    if (this.#closed) return;
    const due = this.#queue.due(this.#now());
    if (due.phrase) return void this.#speak(due.phrase);
    if (due.inMs === null) return;
    this.#cancelAlarm = this.#options.clock.after(due.inMs, () => this.#step());
  }

  async #speak(phrase: Phrase): Promise<void> {
    if (this.#awaited === phrase.seq) return;
    this.#awaited = phrase.seq;
    const sound = await this.#soundOf(phrase);
    if (this.#awaited === phrase.seq) this.#awaited = null;
    if (!sound || this.#closed) return;
    // Meanwhile somebody may have begun to talk, or the moderator have changed the order.
    const due = this.#queue.due(this.#now());
    if (due.phrase !== phrase) return this.#step();
    this.#begin(phrase, due.withName ? sound : withoutName(sound));
  }

  #begin(phrase: Phrase, sound: PhraseSound): void {
    const { clock, record } = this.#options;
    const { seq } = phrase;
    const { durationMs, textAtMs, words } = sound;
    this.#queue.begin(seq, durationMs, this.#now());
    const startedAt = Math.round(clock.wallMs());
    this.#current = { phrase, spoken: { seq, startedAt, durationMs, textAtMs, words } };
    this.#sounds?.forget(seq);
    this.#options.changed(this.speech);
    this.#player.play(sound.packets, record(phrase, durationMs), () => {
      this.#current = null;
      this.#queue.end(this.#now());
      this.#changed();
    });
    this.#prepare();
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** The same from where its text begins. */
function withoutName(sound: PhraseSound): PhraseSound {
  const { textPackets, durationMs, textAtMs, words } = sound;
  return {
    packets: textPackets,
    textPackets,
    durationMs: durationMs - textAtMs,
    textAtMs: 0,
    words: words.map(([index, atMs]) => [index, atMs - textAtMs]),
  };
}

import type { ModerateSpeech, PeerId, Phrase, PhraseDraft, Speech } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { PeerSession } from './peerSession.ts';
import { PhraseIntake, rejectRefused } from './phraseIntake.ts';
import type {
  BanBook,
  Clock,
  KeptSpeech,
  Log,
  MediaRoom,
  RoomMemory,
  SpeechEngine,
} from './ports.ts';
import type { RecordingDesk } from './recordingDesk.ts';
import { ReceiptDesk } from './receiptDesk.ts';
import { RoomVoice } from './roomVoice.ts';
import { tellAll } from './sessionChannel.ts';

export interface PhraseDeskOptions {
  readonly room: Room;
  readonly people: Attendance;
  readonly recording: RecordingDesk;
  readonly engine: SpeechEngine | null;
  /** The media side of this moment. */
  readonly media: () => MediaRoom;
  readonly bans: BanBook;
  readonly memory: RoomMemory;
  /** What a moderator made of the voice before the server's process ended. */
  readonly keptSpeech: KeptSpeech | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** A phrase's way through the room: numbered, sent to all, spoken, recorded, and told of to its author. */
export class PhraseDesk {
  readonly #options: PhraseDeskOptions;
  /** Where what people send comes in, over either way. */
  readonly intake: PhraseIntake;
  readonly #voice: RoomVoice;
  readonly #receipts: ReceiptDesk;

  constructor(options: PhraseDeskOptions) {
    this.#options = options;
    const { room, people, recording, media } = options;
    this.intake = new PhraseIntake({
      ...options,
      taker: {
        draft: (session, draft) => this.#say(session, draft),
        receipt: (session, receipt) => this.#receipts.take(session.peerId, receipt),
      },
    });
    this.#voice = new RoomVoice({
      ...options,
      approval: options.keptSpeech?.approval ?? room.settings.approval,
      held: options.keptSpeech?.held ?? false,
      record: (phrase, durationMs) => recording.speak(phrase, durationMs, media().voice.producerId),
      changed: (speech) => people.tell('speechChanged', { speech }),
      unspoken: ({ authorId, seq }, reason) =>
        people.of(authorId)?.channel.notify('phraseUnspoken', { seq, reason }),
    });
    this.#receipts = new ReceiptDesk({
      clock: options.clock,
      tell: (authorId, phrases) => people.of(authorId)?.channel.notify('phrasesHeard', { phrases }),
      ...(room.settings.namedReceipts && {
        nameOf: (peerId) => people.of(peerId)?.identity.displayName ?? null,
      }),
    });
  }

  get speech(): Speech {
    return this.#voice.speech;
  }

  /** @throws ProtocolError NOT_FOUND */
  moderate(command: ModerateSpeech): void {
    const { memory } = this.#options;
    const { approval, held } = this.#voice.speech;
    if (command.action === 'hold') memory.keepSpeech({ approval, held: true });
    if (command.action === 'release') memory.keepSpeech({ approval, held: false });
    if (command.action === 'setApproval') memory.keepSpeech({ approval: command.approval, held });
    this.#voice.moderate(command);
  }

  /** @param loudest of those who are louder than silence; null in a silent room. dBov. */
  heard(loudest: number | null): void {
    this.#voice.heard(loudest);
  }

  /** Somebody was taken out: nothing of theirs is spoken any more. */
  skipAllOf(authorId: PeerId): void {
    this.#voice.skipAllOf(authorId);
  }

  close(): void {
    this.#voice.close();
    this.#receipts.close();
  }

  /** Makes a phrase of a draft, or tells its author why not. One that was said before is not said twice. */
  #say(session: PeerSession, draft: PhraseDraft): void {
    const { room, people, clock, memory } = this.#options;
    rejectRefused(session.channel, draft, () => {
      const now = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
      const keep = (phrase: Phrase) => memory.keepPhrase(phrase);
      const phrase = room.say(session.peerId, draft, now, keep);
      if (!phrase) return;
      this.#options.media().broadcastPhrase(phrase);
      this.#tellFollowers(phrase);
      this.#options.recording.phrase(phrase);
      const others = people.all.map(({ peerId }) => peerId).filter((it) => it !== session.peerId);
      this.#receipts.said(phrase, others);
      this.#voice.add(phrase);
    });
  }

  #tellFollowers(phrase: Phrase): void {
    const followers = this.#options.people.all.filter(({ seat }) => seat.followsPhrases);
    tellAll(
      followers.map(({ channel }) => channel),
      'phraseSaid',
      { phrase },
    );
  }
}

import type { Room } from '../domain/room.ts';
import { Absences } from './absences.ts';
import { Attendance } from './attendance.ts';
import { HearingDesk } from './hearingDesk.ts';
import { HostWatch } from './hostWatch.ts';
import { Lobby } from './lobby.ts';
import { Microphones } from './microphones.ts';
import { ModerationNews } from './moderationNews.ts';
import { OrderDesk } from './orderDesk.ts';
import { PeersMedia } from './peersMedia.ts';
import { PhraseDesk } from './phraseDesk.ts';
import type {
  BanBook,
  Clock,
  KeptSpeech,
  Log,
  Recorder,
  RoomBook,
  RoomMemory,
  SpeechEngine,
} from './ports.ts';
import { RecordingDesk, type RecordingDeskOptions } from './recordingDesk.ts';
import type { RoomMedia } from './roomMedia.ts';
import type { SpeakerLevels } from './speakerLevels.ts';
import { StageDesk } from './stageDesk.ts';

export interface RoomDesksOptions {
  readonly room: Room;
  readonly media: RoomMedia;
  readonly levels: SpeakerLevels;
  readonly recorder: Recorder;
  readonly speech: SpeechEngine | null;
  readonly bans: BanBook;
  readonly book: RoomBook;
  readonly memory: RoomMemory;
  readonly keptSpeech: KeptSpeech | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: RecordingDeskOptions['makeRecordingId'];
  readonly maxRecordingMs: number;
  readonly rosterBatchMs?: number;
  readonly isOpen: () => boolean;
  /** Told when nobody waits in the lobby any more. */
  readonly lobbyEmptied: () => void;
}

/** Everything that is done in a room, each in its place. */
export interface RoomDesks {
  readonly people: Attendance;
  /** Those whose socket was lost, and who may be back. */
  readonly absences: Absences;
  readonly peersMedia: PeersMedia;
  readonly hearing: HearingDesk;
  readonly microphones: Microphones;
  /** What is written in the room, and what becomes of it. */
  readonly phrases: PhraseDesk;
  /** What the moderator, or the person concerned, does to the recording. */
  readonly recording: RecordingDesk;
  readonly stage: StageDesk;
  readonly order: OrderDesk;
  readonly lobby: Lobby;
  readonly moderation: ModerationNews;
  readonly hostWatch: HostWatch;
}

/** Sets a room up. What desks need of each other they are handed, the few that come later by a function. */
export function openDesks(options: RoomDesksOptions): RoomDesks {
  const { room, bans, clock, levels, isOpen } = options;
  const media = () => options.media.current;
  const people = new Attendance(options);
  const absences = new Absences({ ...options, people });
  const recording: RecordingDesk = new RecordingDesk({
    ...options,
    media,
    publish: (events) => people.publish(events),
    speakers: () => microphones.speakers(),
    tell: people.tell,
  });
  const hearing = new HearingDesk({
    ...options,
    people,
    unfit: (session) => peersMedia.lostBy(session),
  });
  const microphones: Microphones = new Microphones({
    ...options,
    people,
    recording,
    levels,
    hearing,
    isOpen,
  });
  const phrases = new PhraseDesk({ ...options, people, recording, engine: options.speech, media });
  const { intake } = phrases;
  const peersMedia: PeersMedia = new PeersMedia({
    ...options,
    people,
    absences,
    microphones,
    intake,
  });
  const moderation = new ModerationNews({ room, people, bans, clock, lobby: () => lobby });
  const lobby: Lobby = new Lobby({
    clock,
    changed: () => {
      moderation.lobbyChanged();
      if (lobby.isEmpty) options.lobbyEmptied();
    },
  });
  const parts = { ...options, people, recording, moderation };
  const stage = new StageDesk({ ...parts, microphones, hearing, peersMedia });
  const order = new OrderDesk({ ...parts, lobby, phrases, media });
  const hostWatch = new HostWatch({ ...options, people });
  people.onPublished = () => hostWatch.look();
  levels.onSlots = (slots) => people.slots.take(slots);
  levels.onHeard = (heard, activeSpeaker) => {
    if (heard.length === 0 && activeSpeaker !== null) people.talk.silent();
    else people.talk.leads(activeSpeaker);
    phrases.heard(heard[0]?.dBov ?? null);
    room.talkTimes.heard(heard, clock.monotonicMs());
    moderation.talked();
  };
  return {
    ...{ people, absences, peersMedia, hearing, microphones, phrases, recording },
    ...{ stage, order, lobby, moderation, hostWatch },
  };
}

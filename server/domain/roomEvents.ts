import type {
  Consent,
  PeerId,
  PeerInfo,
  RecordingId,
  RoomSettings,
  RunningRecording,
  StopReason,
} from '#protocol';
import type { ConsentEntry } from './consent.ts';

/** A change of who is in the room, and how they are there. */
export type RosterChange =
  | { readonly type: 'peerJoined'; readonly peer: PeerInfo }
  | { readonly type: 'peerLeft'; readonly peerId: PeerId }
  | { readonly type: 'peerChanged'; readonly peer: PeerInfo; readonly before: PeerInfo };

/** A change of the room that everyone is told, numbered so that a client can tell that it missed one. */
export type RoomChange =
  | RosterChange
  | { readonly type: 'settingsChanged'; readonly roomName: string; readonly settings: RoomSettings }
  | { readonly type: 'hostChanged'; readonly host: PeerId | null }
  | { readonly type: 'recordingStarted'; readonly recording: RunningRecording }
  | { readonly type: 'recordingChanged'; readonly recording: RunningRecording }
  | {
      readonly type: 'recordingStopped';
      readonly recordingId: RecordingId;
      readonly reason: StopReason;
    };

/** What a command brought about: for everyone, for one person, for the recording, or for the media side. */
export type RoomEvent =
  | (RoomChange & { readonly revision: number })
  | {
      readonly type: 'consentChanged';
      readonly peerId: PeerId;
      readonly consent: Consent | null;
    }
  | { readonly type: 'consentAsked'; readonly peerId: PeerId }
  | { readonly type: 'consentAnswered'; readonly entry: ConsentEntry }
  /** A moderator muted somebody: nothing of their microphone is to pass from here on. */
  | { readonly type: 'muted'; readonly peerId: PeerId }
  /** Somebody is on stage no more: all they send is to end. */
  | { readonly type: 'leftStage'; readonly peerId: PeerId }
  /** Somebody became a moderator, or is one no more. */
  | { readonly type: 'moderatorsChanged'; readonly peerId: PeerId };

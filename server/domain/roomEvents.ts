import type {
  Consent,
  PeerId,
  PeerInfo,
  RecordingId,
  RunningRecording,
  StopReason,
} from '#protocol';
import type { ConsentEntry } from './consent.ts';

/** A change of the room that everyone is told, numbered so that a client can tell that it missed one. */
export type RoomChange =
  | { readonly type: 'peerJoined'; readonly peer: PeerInfo }
  | { readonly type: 'peerLeft'; readonly peerId: PeerId }
  | { readonly type: 'peerChanged'; readonly peer: PeerInfo }
  | { readonly type: 'recordingStarted'; readonly recording: RunningRecording }
  | { readonly type: 'recordingChanged'; readonly recording: RunningRecording }
  | {
      readonly type: 'recordingStopped';
      readonly recordingId: RecordingId;
      readonly reason: StopReason;
    };

/** What a command brought about: for everyone, for one person, or for the recording. */
export type RoomEvent =
  | (RoomChange & { readonly revision: number })
  | {
      readonly type: 'consentChanged';
      readonly peerId: PeerId;
      readonly consent: Consent | null;
    }
  | { readonly type: 'consentAsked'; readonly peerId: PeerId }
  | { readonly type: 'consentAnswered'; readonly entry: ConsentEntry };

import type { PeerInfo } from '#protocol';
import type { RoomState } from './roomState.ts';
import type { Notification } from './signaling.ts';

/** A notification that changes the room itself: the numbered ones. */
export type RoomNotification = Extract<Notification, { body: { revision: number } }>;

/** What a notification changes of the state. Pure: order and gaps are the caller's to check. */
export function reduce(state: RoomState, { name, body }: RoomNotification): Partial<RoomState> {
  switch (name) {
    case 'peerJoined':
      return { peers: [...without(state.peers, body.peer.peerId), body.peer] };
    case 'peerLeft':
      return { peers: without(state.peers, body.peerId) };
    case 'peerChanged':
      return {
        peers: state.peers.map((peer) => (peer.peerId === body.peer.peerId ? body.peer : peer)),
        me: state.me?.peerId === body.peer.peerId ? body.peer : state.me,
      };
    case 'recordingStarted':
      return { recording: body.recording, stopReason: null };
    case 'recordingChanged':
      return { recording: body.recording };
    case 'recordingStopped':
      return { recording: null, stopReason: body.reason };
  }
}

/** What one is told beside the room: of oneself, of the room's voice and of recordings being prepared. */
export type RoomNews = Extract<
  Notification,
  {
    name:
      | 'consentChanged'
      | 'recordingProgress'
      | 'recordingReady'
      | 'recordingFailed'
      | 'speechChanged'
      | 'phraseUnspoken'
      | 'phrasesHeard'
      | 'autoRecordFailed';
  }
>;

/** What such news change of the state; they are not numbered, and the last one counts. */
export function reduceNews(state: RoomState, { name, body }: RoomNews): Partial<RoomState> {
  switch (name) {
    case 'consentChanged':
      return { consent: body.consent };
    case 'recordingProgress': {
      const { recordingId, progress } = body;
      return { recordingProgress: { ...state.recordingProgress, [recordingId]: progress } };
    }
    case 'recordingReady':
      return { readyRecordings: [...state.readyRecordings, body.recordingId] };
    case 'recordingFailed':
      return { failedRecordings: [...state.failedRecordings, body.recordingId] };
    case 'speechChanged':
      return { speech: body.speech };
    case 'phraseUnspoken':
      return { unspoken: { ...state.unspoken, [body.seq]: body.reason } };
    case 'phrasesHeard': {
      const heardBy = Object.fromEntries(body.phrases.map((heard) => [heard.seq, heard]));
      return { heardBy: { ...state.heardBy, ...heardBy } };
    }
    case 'autoRecordFailed':
      return { autoRecordFailures: [...state.autoRecordFailures, body.code] };
  }
}

const without = (peers: readonly PeerInfo[], peerId: string) =>
  peers.filter((peer) => peer.peerId !== peerId);

import { can, type PeerInfo } from '#protocol';
import type { Notification } from './incoming.ts';
import type { RoomState } from './roomState.ts';
import { moderationWith, withChange, type RosterChange } from './roster.ts';

/** A notification that changes the room itself: the numbered ones. */
export type RoomNotification = Extract<Notification, { body: { revision: number } }>;

/** What a notification changes of the state. Pure: order and gaps are the caller's to check. */
export function reduce(state: RoomState, { name, body }: RoomNotification): Partial<RoomState> {
  switch (name) {
    case 'rosterChanged':
      return afterRoster(state, body);
    case 'settingsChanged':
      return { roomName: body.roomName, settings: body.settings };
    case 'hostChanged':
      return { host: body.host };
    case 'recordingStarted':
      return { recording: body.recording, stopReason: null };
    case 'recordingChanged':
      return { recording: body.recording };
    case 'recordingStopped':
      return { recording: null, stopReason: body.reason };
  }
}

function afterRoster(state: RoomState, batch: RosterChange): Partial<RoomState> {
  return { ...withPeers(state, withChange(state.peers, batch)), audience: batch.audience };
}

/** All whom one is told of from here on. */
export type Roster = Extract<Notification, { name: 'rosterReplaced' }>['body'];

/** What the others know of the room has not changed, only what one knows oneself. */
export function afterReplacement(
  state: RoomState,
  { peers, audience }: Roster,
): Partial<RoomState> {
  return { ...withPeers(state, peers), audience, roster: state.roster + 1 };
}

function withPeers(state: RoomState, peers: readonly PeerInfo[]): Partial<RoomState> {
  const me = peers.find(({ peerId }) => peerId === state.me?.peerId) ?? state.me;
  // Of a new moderator it is told before the role is: so only who loses it forgets.
  const isOver = moderates(state) && !moderates({ me });
  return { peers, me, ...(isOver && { moderation: null }) };
}

const moderates = ({ me }: Pick<RoomState, 'me'>) => me !== null && can(me.role, 'moderate');

/** What one is told beside the room: of oneself, of the room's voice and of recordings being prepared. */
export type RoomNews = Extract<
  Notification,
  {
    name:
      | 'consentChanged'
      | 'moderationChanged'
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
    case 'moderationChanged':
      return { moderation: moderationWith(state.moderation, body.change) };
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

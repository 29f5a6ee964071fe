import { ROLES, can, type ClientRequestName, type ErrorCode, type Right } from '#protocol';

/** What a socket may be, as far as the gate is concerned. */
export const GATE_STATES = [
  'noToken',
  'connected',
  'lobby',
  'audience',
  'speaker',
  'moderator',
  'kicked',
  'expired',
] as const;
export type GateState = (typeof GATE_STATES)[number];

const EVERYONE: readonly GateState[] = ROLES;
const ON_FLOOR: readonly GateState[] = ['audience', 'speaker'];
const withRight = (right: Right): readonly GateState[] => ROLES.filter((role) => can(role, right));

/** In which states a message is let through. A message without a row does not compile. */
const GATE: Readonly<Record<ClientRequestName, readonly GateState[]>> = {
  join: ['connected'],
  listen: EVERYONE,
  createTransport: withRight('speak'),
  connectTransport: EVERYONE,
  produce: withRight('speak'),
  stopProducing: withRight('speak'),
  produceData: withRight('sendPhrase'),
  getPhrases: EVERYONE,
  // Who else may write is a setting of the room, which has the last word.
  sendPhrase: EVERYONE,
  followPhrases: EVERYONE,
  confirmPhrases: EVERYONE,
  moderateSpeech: withRight('moderatePhrases'),
  restartMedia: EVERYONE,
  restartIce: EVERYONE,
  echo: EVERYONE,
  setMuted: withRight('speak'),
  listAudience: EVERYONE,
  raiseHand: ON_FLOOR,
  lowerHand: EVERYONE,
  answerFloor: ON_FLOOR,
  giveFloor: withRight('moderate'),
  callNext: withRight('moderate'),
  lowerHandOf: withRight('moderate'),
  setRole: withRight('moderate'),
  handOver: withRight('moderate'),
  mutePeer: withRight('moderate'),
  muteOthers: withRight('moderate'),
  kick: withRight('moderate'),
  ban: withRight('moderate'),
  unban: withRight('moderate'),
  admit: withRight('moderate'),
  admitAll: withRight('moderate'),
  turnAway: withRight('moderate'),
  changeSettings: withRight('moderate'),
  startRecording: withRight('record'),
  stopRecording: withRight('record'),
  pauseRecording: withRight('record'),
  resumeRecording: withRight('record'),
  addMarker: withRight('record'),
  answerConsent: EVERYONE,
  leave: ['connected', 'lobby', ...EVERYONE],
};

const REFUSAL: Readonly<Record<GateState, ErrorCode>> = {
  noToken: 'UNAUTHORIZED',
  connected: 'WRONG_STATE',
  lobby: 'WRONG_STATE',
  audience: 'FORBIDDEN',
  speaker: 'FORBIDDEN',
  moderator: 'FORBIDDEN',
  kicked: 'FORBIDDEN',
  expired: 'TOKEN_EXPIRED',
};

/** The one gate of all messages, deny by default. Returns null to let through, or the refusal's code. */
export function refusal(message: ClientRequestName, state: GateState): ErrorCode | null {
  if (GATE[message].includes(state)) return null;
  const joined = EVERYONE.includes(state);
  return message === 'join' && joined ? 'WRONG_STATE' : REFUSAL[state];
}

import type { ClientRequestName, ErrorCode, Role } from '#protocol';

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

const STAGE: readonly Role[] = ['speaker', 'moderator'];
const EVERYONE: readonly Role[] = ['audience', ...STAGE];

/** In which states a message is let through. A message without a row does not compile. */
const GATE: Readonly<Record<ClientRequestName, readonly GateState[]>> = {
  join: ['connected'],
  createTransport: EVERYONE,
  connectTransport: EVERYONE,
  produce: STAGE,
  produceData: STAGE,
  startReceiving: EVERYONE,
  setMuted: STAGE,
  startRecording: ['moderator'],
  stopRecording: ['moderator'],
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
  const joined = (EVERYONE as readonly GateState[]).includes(state);
  return message === 'join' && joined ? 'WRONG_STATE' : REFUSAL[state];
}

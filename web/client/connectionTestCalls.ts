import {
  ConnectionTestSchema,
  ProbeConnectedSchema,
  ProbeTallySchema,
  type ConnectionTest,
  type ConnectionTestId,
  type ProbeConnected,
  type ProbeEnds,
  type ProbeTally,
  type RoomId,
} from '#protocol';
import { call, room } from './httpCall.ts';

interface TestedRoom {
  readonly roomId: RoomId;
  readonly invitation: string;
  readonly signal: AbortSignal;
}

type RunningTest = Omit<TestedRoom, 'signal'> & { readonly testId: ConnectionTestId };

const connectionTest = ({ roomId, testId }: RunningTest) =>
  `${room(roomId)}/connection-tests/${encodeURIComponent(testId)}`;

/** Begins a test of this network, which the server ends after 10 s. */
export function openConnectionTest({
  roomId,
  invitation,
  signal,
}: TestedRoom): Promise<ConnectionTest> {
  const path = `${room(roomId)}/connection-tests`;
  return call({ path, token: invitation, body: {}, answer: ConnectionTestSchema, signal });
}

export function connectConnectionTest(
  test: RunningTest,
  ends: ProbeEnds,
  signal: AbortSignal,
): Promise<ProbeConnected> {
  const path = `${connectionTest(test)}/connect`;
  return call({ path, token: test.invitation, body: ends, answer: ProbeConnectedSchema, signal });
}

/** Ends it, and says what the server counted. */
export function closeConnectionTest(test: RunningTest): Promise<ProbeTally> {
  const path = connectionTest(test);
  return call({ path, token: test.invitation, method: 'DELETE', answer: ProbeTallySchema });
}

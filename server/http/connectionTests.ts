import {
  EmptySchema,
  ProbeEndsSchema,
  type ConnectionTest,
  type ProbeConnected,
  type ProbeTally,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { ConnectionTestDesk, Tokens } from '../session/ports.ts';
import { parse } from './errors.ts';
import { invitationOf, type RoomParams } from './rooms.ts';

export interface ConnectionTestRoutes {
  readonly tokens: Tokens;
  readonly connectionTests: ConnectionTestDesk;
  /** Whom a request counts for, as sockets do. */
  readonly addressOf: (request: IncomingMessage) => string;
}

interface TestParams {
  Params: RoomParams['Params'] & { testId: string };
}

const TESTS = '/api/rooms/:roomId/connection-tests';

/** What a lobby tries before anybody enters: whether this network lets sound through. */
export function addConnectionTestRoutes(
  app: FastifyInstance,
  { tokens, connectionTests, addressOf }: ConnectionTestRoutes,
): void {
  app.post<RoomParams>(TESTS, async (request, reply): Promise<ConnectionTest> => {
    parse(EmptySchema, request.body);
    const { roomId, role } = await invitationOf(request, tokens);
    const test = await connectionTests.open({ roomId, role, address: addressOf(request.raw) });
    reply.status(201);
    return test;
  });

  app.post<TestParams>(`${TESTS}/:testId/connect`, async (request): Promise<ProbeConnected> => {
    const { roomId } = await invitationOf(request, tokens);
    const ends = parse(ProbeEndsSchema, request.body);
    return connectionTests.connect(roomId, request.params.testId, ends);
  });

  app.delete<TestParams>(`${TESTS}/:testId`, async (request): Promise<ProbeTally> => {
    const { roomId } = await invitationOf(request, tokens);
    return connectionTests.close(roomId, request.params.testId);
  });
}

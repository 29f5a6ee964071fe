import {
  EmptySchema,
  ProbeEndsSchema,
  type ConnectionTest,
  type ProbeConnected,
  type ProbeTally,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { ConnectionTestDesk } from '../session/ports.ts';
import { invitationOf, type Doors, type RoomParams } from './doors.ts';
import { parse } from './errors.ts';

export interface ConnectionTestRoutes extends Doors {
  readonly connectionTests: ConnectionTestDesk;
  /** Whom a request counts for, as sockets do. */
  readonly addressOf: (request: IncomingMessage) => string;
}

interface TestParams {
  Params: RoomParams['Params'] & { testId: string };
}

const TESTS = '/api/rooms/:roomId/connection-tests';

/** What a lobby tries before anybody enters: whether this network lets sound through. */
export function addConnectionTestRoutes(app: FastifyInstance, options: ConnectionTestRoutes): void {
  const { connectionTests, addressOf } = options;

  app.post<RoomParams>(TESTS, async (request, reply): Promise<ConnectionTest> => {
    parse(EmptySchema, request.body);
    const { room, invitation } = await invitationOf(request, options);
    const { roomId } = room;
    const { role } = invitation;
    const test = await connectionTests.open({ roomId, role, address: addressOf(request.raw) });
    reply.status(201);
    return test;
  });

  app.post<TestParams>(`${TESTS}/:testId/connect`, async (request): Promise<ProbeConnected> => {
    const { room } = await invitationOf(request, options);
    const ends = parse(ProbeEndsSchema, request.body);
    return connectionTests.connect(room.roomId, request.params.testId, ends);
  });

  app.delete<TestParams>(`${TESTS}/:testId`, async (request): Promise<ProbeTally> => {
    const { room } = await invitationOf(request, options);
    return connectionTests.close(room.roomId, request.params.testId);
  });
}

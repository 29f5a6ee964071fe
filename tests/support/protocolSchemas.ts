import {
  ConnectionTestSchema,
  CreateInvitationSchema,
  CreateRoomSchema,
  CreateShareSchema,
  EmptySchema,
  EnterRoomSchema,
  EnteredSchema,
  InvitationInfoSchema,
  InvitationListSchema,
  PhraseDraftSchema,
  PhraseSchema,
  PhrasebookSchema,
  ProbeConnectedSchema,
  ProbeEndsSchema,
  ProbeTallySchema,
  ReceiptSchema,
  RecordingDetailSchema,
  RecordingListSchema,
  RevokeInvitationSchema,
  RoomCreatedSchema,
  RoomInfoSchema,
  RoomPhrasebookSchema,
  RunningRecordingSchema,
  ShareListSchema,
  ShareSchema,
  SharedRecordingSchema,
  clientRequests,
  serverNotifications,
  serverRequests,
} from '#protocol';
import * as v from 'valibot';

type Schemas = Readonly<Record<string, v.GenericSchema>>;

const TESTS = '/api/rooms/:roomId/connection-tests';
const RECORDING = '/api/rooms/:roomId/recordings/:recordingId';

/** Which schema each example of each entry of the README must fit, by chapter. */
export const CHAPTERS: Readonly<Record<string, Readonly<Record<string, Schemas>>>> = {
  'Client requests': requestSchemas(clientRequests),
  'Server requests': requestSchemas(serverRequests),
  Notifications: Object.fromEntries(
    Object.entries(serverNotifications).map(([name, schema]) => [name, { '': schema }]),
  ),
  Phrases: {
    PhraseDraft: { '': PhraseDraftSchema },
    Phrase: { '': PhraseSchema },
    Receipt: { '': ReceiptSchema },
  },
  HTTP: {
    'POST /api/rooms': { in: CreateRoomSchema, out: RoomCreatedSchema },
    'GET /api/rooms/:roomId/invitations': { out: InvitationListSchema },
    'POST /api/rooms/:roomId/invitations': {
      in: CreateInvitationSchema,
      out: InvitationInfoSchema,
    },
    'POST /api/rooms/:roomId/invitations/:invitationId/revoke': {
      in: RevokeInvitationSchema,
      out: InvitationInfoSchema,
    },
    'GET /api/rooms/:roomId': { out: RoomInfoSchema },
    'GET /api/rooms/:roomId/phrasebook': { out: RoomPhrasebookSchema },
    'PUT /api/rooms/:roomId/phrasebook': { in: PhrasebookSchema },
    'DELETE /api/rooms/:roomId/phrasebook': {},
    'POST /api/rooms/:roomId/peers': { in: EnterRoomSchema, out: EnteredSchema },
    [`POST ${TESTS}`]: { in: EmptySchema, out: ConnectionTestSchema },
    [`POST ${TESTS}/:testId/connect`]: { in: ProbeEndsSchema, out: ProbeConnectedSchema },
    [`DELETE ${TESTS}/:testId`]: { out: ProbeTallySchema },
    'GET /api/rooms/:roomId/recordings': { out: RecordingListSchema },
    'POST /api/rooms/:roomId/recordings': { in: EmptySchema, out: RunningRecordingSchema },
    [`GET ${RECORDING}`]: { out: RecordingDetailSchema },
    [`POST ${RECORDING}/stop`]: { in: EmptySchema },
    [`DELETE ${RECORDING}`]: {},
    [`GET ${RECORDING}/files/*`]: {},
    [`GET ${RECORDING}/files.zip`]: {},
    [`POST ${RECORDING}/shares`]: { in: CreateShareSchema, out: ShareSchema },
    [`GET ${RECORDING}/shares`]: { out: ShareListSchema },
    [`DELETE ${RECORDING}/shares/:shareId`]: {},
    'GET /api/shares/:recordingId': { out: SharedRecordingSchema },
    'GET /healthz': { out: v.strictObject({ ok: v.literal(true) }) },
    'GET /readyz': { out: v.strictObject({ ok: v.boolean() }) },
  },
};

/** An answer that is an empty object is not worth an example. */
function requestSchemas(
  specs: Readonly<Record<string, { input: v.GenericSchema; output: v.GenericSchema }>>,
) {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { input, output }]) => [
      name,
      { in: input, ...(output === EmptySchema ? {} : { out: output }) } as Schemas,
    ]),
  );
}

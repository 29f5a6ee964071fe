import { describe, expect, it } from 'vitest';
import {
  CreateRoomSchema,
  CreateShareSchema,
  ERROR_CODES,
  EmptySchema,
  EnterRoomSchema,
  EnteredSchema,
  ErrorBodySchema,
  PhraseDraftSchema,
  PhraseSchema,
  PhrasebookSchema,
  ReceiptSchema,
  RecordingDetailSchema,
  RecordingListSchema,
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
import { examplesOf, readmeEntries, readmeText } from '#tests/support/readme.ts';
import * as v from 'valibot';

type Schemas = Readonly<Record<string, v.GenericSchema>>;

const RECORDING = '/api/rooms/:roomId/recordings/:recordingId';

/** Which schema each example of each entry must fit, by chapter. */
const CHAPTERS: Readonly<Record<string, Readonly<Record<string, Schemas>>>> = {
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
    'POST /api/rooms/:roomId/invitations': { in: EmptySchema, out: RoomCreatedSchema },
    'GET /api/rooms/:roomId': { out: RoomInfoSchema },
    'GET /api/rooms/:roomId/phrasebook': { out: RoomPhrasebookSchema },
    'PUT /api/rooms/:roomId/phrasebook': { in: PhrasebookSchema },
    'DELETE /api/rooms/:roomId/phrasebook': {},
    'POST /api/rooms/:roomId/peers': { in: EnterRoomSchema, out: EnteredSchema },
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

describe('the protocol’s README', () => {
  it.each(Object.entries(CHAPTERS))('[PR1] names every one of: %s', (chapter, schemas) => {
    expect(Object.keys(examplesOf(chapter)).toSorted()).toEqual(Object.keys(schemas).toSorted());
  });

  it.each(readmeEntries().map((entry) => [entry.name, entry] as const))(
    '[PR2] shows %s with examples that fit and are what is sent',
    (name, { chapter, examples, text }) => {
      const schemas = CHAPTERS[chapter]?.[name] ?? {};
      expect(Object.keys(examples).toSorted()).toEqual(Object.keys(schemas).toSorted());
      for (const [use, schema] of Object.entries(schemas)) {
        expect(v.parse(schema, examples[use])).toEqual(examples[use]);
      }
      expect(text).toMatch(/^[A-Z].+[.]$/s);
    },
  );

  it('[PR3] explains every error code once, and no other', () => {
    const [, errors = ''] = readmeText().split(/^## Errors$/m);
    const named = [...errors.matchAll(/^\| `([A-Z_]+)` \| \d{3} \| .+ \|$/gm)].map(
      ([, code]) => code,
    );
    expect(named.toSorted()).toEqual([...ERROR_CODES].toSorted());
    const example = /^```json\n(.*?)^```$/ms.exec(errors)?.[1] ?? '';
    expect(v.is(ErrorBodySchema, JSON.parse(example))).toBe(true);
  });
});

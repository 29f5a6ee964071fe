import { describe, expect, it } from 'vitest';
import {
  CreateRoomSchema,
  CreateShareSchema,
  EnterRoomSchema,
  ErrorBodySchema,
  ManifestSchema,
  PeaksSchema,
  PhraseDraftSchema,
  PhrasebookSchema,
  ReceiptSchema,
  clientRequests,
  serverNotifications,
  serverRequests,
  type Manifest,
} from '#protocol';
import { mutationsOf } from '#tests/support/mutations.ts';
import { CHAPTERS } from '#tests/support/protocolSchemas.ts';
import { examplesOf } from '#tests/support/readme.ts';
import { unboundedIn } from '#tests/support/unbounded.ts';
import * as v from 'valibot';

const requests = examplesOf('Client requests');
const calls = examplesOf('HTTP');
const DETAIL = 'GET /api/rooms/:roomId/recordings/:recordingId';
const SHARES = 'POST /api/rooms/:roomId/recordings/:recordingId/shares';

/** Everything that a client can send, as the README shows it. */
const INPUTS: [string, v.GenericSchema, unknown][] = [
  ...Object.entries(clientRequests).map(([name, { input }]): [string, v.GenericSchema, unknown] => [
    name,
    input,
    requests[name]?.['in'],
  ]),
  ['PhraseDraft', PhraseDraftSchema, examplesOf('Phrases')['PhraseDraft']?.['']],
  ['Receipt', ReceiptSchema, examplesOf('Phrases')['Receipt']?.['']],
  ['POST /api/rooms', CreateRoomSchema, calls['POST /api/rooms']?.['in']],
  [
    'POST /api/rooms/:roomId/peers',
    EnterRoomSchema,
    calls['POST /api/rooms/:roomId/peers']?.['in'],
  ],
  ['PUT …/phrasebook', PhrasebookSchema, calls['PUT /api/rooms/:roomId/phrasebook']?.['in']],
  ['POST …/shares', CreateShareSchema, calls[SHARES]?.['in']],
];

type Case = [name: string, schema: v.GenericSchema, example: unknown];

const CASES = Object.entries(CHAPTERS).flatMap(([chapter, entries]) =>
  Object.entries(entries).flatMap(([name, schemas]) =>
    Object.entries(schemas).map(([use, schema]) => {
      const example = examplesOf(chapter)[name]?.[use];
      return { chapter, use, it: [`${name} ${use}`.trim(), schema, example] as Case };
    }),
  ),
);
/** What the server answers, and what it asks. */
const OUTPUTS = CASES.filter(({ chapter, use }) => use === 'out' || chapter === 'Server requests');

/** A moment, or the next number of many. */
const LARGE = /(^|\.)(revision|since|seq|at|\w+At|serverTime) is 1099511627776$/;
/** What may well be said: that something is not there, and lists as long as a schema lets them be. */
const isUsual = (what: string) =>
  [LARGE, /[sS]econds is 1\.5$/, /dBov is -1$/, / is null$/, / has 100 items$/].some((it) =>
    it.test(what),
  );

/** What a person may choose to leave open. */
const OPTIONAL = /(^|\.)(language|maxUses|capacity\.\w+) is null$/;

/** Format parameters (RFC 4855) are the one open record: their names and signs are the codec's. */
const isOpen = (what: string) =>
  /\.parameters has a key too many$/.test(what) || /\.parameters\.\w+ is -1$/.test(what);

/** What was made wrong in an example and is taken all the same. */
function acceptedOf(schema: v.GenericSchema, example: unknown): string[] {
  expect(v.is(schema, example)).toBe(true);
  const spoilt = mutationsOf(example).filter(({ what }) => !isOpen(what) && !OPTIONAL.test(what));
  expect(spoilt.length).toBeGreaterThan(3);
  return spoilt.filter(({ value }) => v.is(schema, value)).map(({ what }) => what);
}

describe('what a client can send', () => {
  it.each(INPUTS)('[ST1] %s: nothing but what its schema says', (_name, schema, example) => {
    expect(acceptedOf(schema, example)).toEqual([]);
  });

  it('[ST2] has no number without a range, no text without a length', () => {
    const { input } = clientRequests.produce;
    const example = requests['produce']?.['in'] as v.InferInput<typeof input>;
    const withParameters = (parameters: Record<string, string | number>) => {
      const copy = structuredClone(example);
      copy.rtpParameters.codecs[0]!.parameters = parameters;
      return v.is(input, copy);
    };
    expect(withParameters({ maxptime: -1, 'sprop-stereo': '1' })).toBe(true);
    expect(withParameters({ maxptime: 2 ** 40 })).toBe(false);
    expect(withParameters({ maxptime: NaN })).toBe(false);
    expect(withParameters({ ['x'.repeat(65)]: 1 })).toBe(false);
    expect(withParameters({ x: 'x'.repeat(129) })).toBe(false);
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${String(index)}`, index]));
    expect(withParameters(keys(16))).toBe(true);
    expect(withParameters(keys(17))).toBe(false);
  });

  it.each(['video/VP8', 'audio/PCMU', 'audio/opus ', 'audio/red', ''])(
    '[ST3] is Opus and no other codec: %s',
    (mimeType) => {
      const { input } = clientRequests.produce;
      const copy = structuredClone(requests['produce']?.['in']) as v.InferInput<typeof input>;
      copy.rtpParameters.codecs[0]!.mimeType = mimeType;
      expect(v.is(input, copy)).toBe(false);
    },
  );

  it.each(['paused', 'id', 'pipe', 'appData', 'keyFrameRequestDelay'])(
    '[ST4] cannot carry an option of mediasoup’s own: %s',
    (option) => {
      const example = requests['produce']?.['in'] as object;
      expect(v.is(clientRequests.produce.input, { ...example, [option]: true })).toBe(false);
    },
  );
});

describe('what the server says', () => {
  const notifications = examplesOf('Notifications');

  it.each(Object.entries(serverNotifications))(
    '[ST5] %s: nothing but what its schema says',
    (name, schema) => {
      const accepted = acceptedOf(schema, notifications[name]?.['']);
      expect(accepted.filter((what) => !isUsual(what))).toEqual([]);
    },
  );

  it('[ST6] is answered without a key too many', () => {
    expect(v.is(serverRequests.newConsumer.output, {})).toBe(true);
    expect(v.is(serverRequests.newConsumer.output, { surprise: 1 })).toBe(false);
  });

  it.each(OUTPUTS.map(({ it }) => it))(
    '[ST7] %s: nothing but what its schema says',
    (_name, schema, example) => {
      const accepted = acceptedOf(schema, example);
      expect(accepted.filter((what) => !isUsual(what))).toEqual([]);
    },
  );
});

describe('every schema', () => {
  it.each([
    ...CASES.map(({ it: [name, schema] }) => [name, schema] as const),
    ['an error', ErrorBodySchema] as const,
    ['peaks', PeaksSchema] as const,
  ])('[ST8] gives each number a range, each text and list a length: %s', (_name, schema) => {
    expect(unboundedIn(schema)).toEqual([]);
  });

  it('[ST9] has room for four hours of many people and 10,000 phrases', () => {
    const { manifest } = calls[DETAIL]?.['out'] as { manifest: Manifest };
    const [speaker, phrase] = [manifest.speakers[0]!, manifest.phrases[0]!];
    const longest = { ...phrase, authorName: 'ñ'.repeat(200), text: 'ñ'.repeat(1_120) };
    const turns = Array.from({ length: 2_000 }, () => speaker.segments[0]!);
    const large: Manifest = {
      ...manifest,
      durationSeconds: 4 * 3_600,
      speakers: Array.from({ length: 100 }, () => ({ ...speaker, segments: turns })),
      phrases: Array.from({ length: 10_000 }, () => longest),
    };
    expect(v.is(ManifestSchema, large)).toBe(true);
    const peaks = { version: 1, stepSeconds: 0.1, peaks: Array<number>(4 * 36_000).fill(255) };
    expect(v.is(PeaksSchema, peaks)).toBe(true);
  });
});

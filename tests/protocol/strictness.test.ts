import { describe, expect, it } from 'vitest';
import {
  CreateRoomSchema,
  CreateShareSchema,
  EnterRoomSchema,
  PhraseDraftSchema,
  PhrasebookSchema,
  ReceiptSchema,
  clientRequests,
  serverNotifications,
  serverRequests,
} from '#protocol';
import { mutationsOf } from '#tests/support/mutations.ts';
import { examplesOf } from '#tests/support/readme.ts';
import * as v from 'valibot';

const requests = examplesOf('Client requests');
const calls = examplesOf('HTTP');
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

/** Format parameters (RFC 4855) are the one open record: their names and signs are the codec's. */
const isOpen = (what: string) =>
  /\.parameters has a key too many$/.test(what) || /\.parameters\.\w+ is -1$/.test(what);

describe('what a client can send', () => {
  it.each(INPUTS)('[ST1] %s: nothing but what its schema says', (_name, schema, example) => {
    expect(v.is(schema, example)).toBe(true);
    const spoilt = mutationsOf(example).filter(({ what }) => !isOpen(what));
    expect(spoilt.length).toBeGreaterThan(3);
    const accepted = spoilt.filter(({ value }) => v.is(schema, value)).map(({ what }) => what);
    expect(accepted).toEqual([]);
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
    '[ST5] %s: without a key too many',
    (name, schema) => {
      const example = notifications[name]?.[''] as object;
      expect(v.is(schema, example)).toBe(true);
      expect(v.is(schema, { ...example, surprise: 1 })).toBe(false);
    },
  );

  it('[ST6] is answered without a key too many', () => {
    expect(v.is(serverRequests.newConsumer.output, {})).toBe(true);
    expect(v.is(serverRequests.newConsumer.output, { surprise: 1 })).toBe(false);
  });
});

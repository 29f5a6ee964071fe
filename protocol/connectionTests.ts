import * as v from 'valibot';
import { ConnectionTestIdSchema, DataProducerIdSchema } from './ids.ts';
import {
  DataConsumerOptionsSchema,
  DtlsParametersSchema,
  RtpCapabilitiesSchema,
  TransportOptionsSchema,
} from './media.ts';
import { count } from './values.ts';

// What a network lets through, tried before anybody enters: packets like those of speech go to the
// server over the ports that sound takes, and are answered. Nothing of it touches a room.

/** Bytes of a message and of its answer: 20 ms of speech with its headers. */
export const PROBE_BYTES = 160;
/** Messages that a test takes; numbers count from 0. */
export const PROBE_MESSAGES = 150;
/** The SCTP stream that the client sends on. */
export const PROBE_STREAM_ID = 0;

/** `POST /api/rooms/:roomId/connection-tests`: both ends of a test that is gone after 10 s. */
export const ConnectionTestSchema = v.strictObject({
  testId: ConnectionTestIdSchema,
  routerRtpCapabilities: RtpCapabilitiesSchema,
  send: TransportOptionsSchema,
  receive: TransportOptionsSchema,
  /** The channel on which answers arrive. */
  answers: DataConsumerOptionsSchema,
});
export type ConnectionTest = v.InferOutput<typeof ConnectionTestSchema>;

/** `POST /api/rooms/:roomId/connection-tests/:testId/connect`: the client's ends. */
export const ProbeEndsSchema = v.strictObject({
  send: DtlsParametersSchema,
  receive: DtlsParametersSchema,
});
export type ProbeEnds = v.InferOutput<typeof ProbeEndsSchema>;

export const ProbeConnectedSchema = v.strictObject({ dataProducerId: DataProducerIdSchema });
export type ProbeConnected = v.InferOutput<typeof ProbeConnectedSchema>;

/** `DELETE /api/rooms/:roomId/connection-tests/:testId`: what the server counted. */
export const ProbeTallySchema = v.strictObject({
  received: count,
  answered: count,
});
export type ProbeTally = v.InferOutput<typeof ProbeTallySchema>;

/**
 * An answer as it travels, in a message of PROBE_BYTES: the number of what is answered (4 bytes, big
 * endian), and 1 where that has arrived itself. Those that were lost on the way are answered with the
 * next one that was not, so that a loss on the way up thins out nothing on the way down.
 */
export interface ProbeAnswer {
  readonly number: number;
  readonly arrived: boolean;
}

export function writeProbe(number: number, arrived = true): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(PROBE_BYTES);
  new DataView(message.buffer).setUint32(0, number);
  message[4] = arrived ? 1 : 0;
  return message;
}

/** Null where it is none of a test. */
export function readProbe(message: Uint8Array): ProbeAnswer | null {
  if (message.byteLength !== PROBE_BYTES) return null;
  const number = new DataView(message.buffer, message.byteOffset).getUint32(0);
  return number < PROBE_MESSAGES ? { number, arrived: message[4] === 1 } : null;
}

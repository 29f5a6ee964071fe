import {
  ConsumerOptionsSchema,
  DtlsParametersSchema,
  IceParametersSchema,
  ProducerIdSchema,
  RtpCapabilitiesSchema,
  RtpParametersSchema,
  TransportOptionsSchema,
} from '#protocol';
import * as v from 'valibot';

// What servers ask each other about ways into a room that are on another server than the room.

const IdSchema = v.pipe(v.string(), v.uuid());

/** One end of a pipe: where SRTP goes to (RFC 3711), and with which key. */
export const PipeEndSchema = v.strictObject({
  ip: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  srtpParameters: v.strictObject({
    cryptoSuite: v.picklist([
      'AEAD_AES_256_GCM',
      'AEAD_AES_128_GCM',
      'AES_CM_128_HMAC_SHA1_80',
      'AES_CM_128_HMAC_SHA1_32',
    ]),
    keyBase64: v.pipe(v.string(), v.maxLength(100)),
  }),
});
export type PipeEnd = v.InferOutput<typeof PipeEndSchema>;

const PipedSchema = v.strictObject({
  producerId: ProducerIdSchema,
  rtpParameters: RtpParametersSchema,
});

export const NODE_MESSAGES = {
  /** Answered with the other end. */
  openBranch: v.strictObject({
    branchId: IdSchema,
    end: PipeEndSchema,
    /** Null where the room's server has none. */
    voice: v.nullable(PipedSchema),
    slots: v.array(PipedSchema),
  }),
  closeBranch: v.strictObject({ branchId: IdSchema }),
  /** Answered with a `LentListening`. */
  openWayIn: v.strictObject({
    branchId: IdSchema,
    wayInId: IdSchema,
    rtpCapabilities: RtpCapabilitiesSchema,
    dtlsParameters: v.exactOptional(DtlsParametersSchema),
  }),
  connectWayIn: v.strictObject({ wayInId: IdSchema, dtlsParameters: DtlsParametersSchema }),
  /** Answered with IceParametersSchema. */
  restartIce: v.strictObject({ wayInId: IdSchema }),
  closeWayIn: v.strictObject({ wayInId: IdSchema }),
  /** From who lent it: whether the other end of a way in answers ICE's checks. */
  reachable: v.strictObject({ wayInId: IdSchema, isReachable: v.boolean() }),
  /** From who lent it: nobody has used that way in for long. */
  wayInGone: v.strictObject({ wayInId: IdSchema }),
  /** From who lent it: all of it is gone. */
  branchGone: v.strictObject({ branchId: IdSchema }),
} as const;

export type NodeMessageName = keyof typeof NODE_MESSAGES;
export type NodeMessage<Name extends NodeMessageName> = v.InferOutput<(typeof NODE_MESSAGES)[Name]>;

/** A way in as the server says that lent it; phrases come another way. */
export const LentListeningSchema = v.strictObject({
  transport: v.omit(TransportOptionsSchema, ['iceServers']),
  consumers: v.array(ConsumerOptionsSchema),
  /** Whether others are to be asked first from here on. */
  isFull: v.boolean(),
});

export { IceParametersSchema };

import * as v from 'valibot';
import {
  ConsumerIdSchema,
  DataConsumerIdSchema,
  DataProducerIdSchema,
  PeerIdSchema,
  ProducerIdSchema,
  TransportIdSchema,
} from './ids.ts';
import { int, listOf, text } from './values.ts';

const payloadType = int(0, 127);
const ssrc = int(0, 2 ** 32 - 1);

const fmtpParameters = v.pipe(
  v.record(text(64), v.union([text(128), int(-(2 ** 31), 2 ** 31)])),
  v.check((parameters) => Object.keys(parameters).length <= 16, 'at most 16 parameters'),
);

const rtcpFeedback = v.pipe(
  v.array(v.strictObject({ type: text(32), parameter: v.exactOptional(text(32)) })),
  v.maxLength(16),
);

const headerExtensionUri = v.picklist([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
]);

const direction = v.picklist(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

const opus = {
  mimeType: v.pipe(v.string(), v.regex(/^audio\/opus$/i)),
  clockRate: v.literal(48_000),
  channels: v.exactOptional(int(1, 2)),
  parameters: v.exactOptional(fmtpParameters),
  rtcpFeedback: v.exactOptional(rtcpFeedback),
};

/** RTP parameters of one Opus stream (mediasoup's RtpParameters, narrowed to what Cora routes). */
export const RtpParametersSchema = v.strictObject({
  mid: v.exactOptional(text(32)),
  msid: v.exactOptional(text(128)),
  codecs: v.pipe(v.array(v.strictObject({ ...opus, payloadType })), v.minLength(1), v.maxLength(1)),
  headerExtensions: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          uri: headerExtensionUri,
          id: int(1, 255),
          encrypt: v.exactOptional(v.boolean()),
          parameters: v.exactOptional(fmtpParameters),
        }),
      ),
      v.maxLength(16),
    ),
  ),
  encodings: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          active: v.exactOptional(v.boolean()),
          ssrc: v.exactOptional(ssrc),
          codecPayloadType: v.exactOptional(payloadType),
          dtx: v.exactOptional(v.boolean()),
          maxBitrate: v.exactOptional(int(6_000, 510_000)),
          priority: v.exactOptional(v.picklist(['very-low', 'low', 'medium', 'high'])),
          networkPriority: v.exactOptional(v.picklist(['very-low', 'low', 'medium', 'high'])),
        }),
      ),
      v.maxLength(1),
    ),
  ),
  rtcp: v.exactOptional(
    v.strictObject({
      cname: v.exactOptional(text(64)),
      reducedSize: v.exactOptional(v.boolean()),
      mux: v.exactOptional(v.boolean()),
    }),
  ),
});
export type RtpParameters = v.InferOutput<typeof RtpParametersSchema>;

/** What an endpoint can receive (mediasoup's RtpCapabilities, narrowed to Opus). */
export const RtpCapabilitiesSchema = v.strictObject({
  codecs: v.pipe(
    v.array(
      v.strictObject({ ...opus, kind: v.literal('audio'), preferredPayloadType: payloadType }),
    ),
    v.minLength(1),
    v.maxLength(4),
  ),
  headerExtensions: v.pipe(
    v.array(
      v.strictObject({
        kind: v.literal('audio'),
        uri: headerExtensionUri,
        preferredId: int(1, 255),
        preferredEncrypt: v.exactOptional(v.boolean()),
        direction: v.exactOptional(direction),
      }),
    ),
    v.maxLength(32),
  ),
});
export type RtpCapabilities = v.InferOutput<typeof RtpCapabilitiesSchema>;

/** DTLS role and certificate fingerprints (RFC 8122). */
export const DtlsParametersSchema = v.strictObject({
  role: v.exactOptional(v.picklist(['auto', 'client', 'server'])),
  fingerprints: v.pipe(
    v.array(
      v.strictObject({
        algorithm: v.picklist(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}$/)),
      }),
    ),
    v.minLength(1),
    v.maxLength(8),
  ),
});
export type DtlsParameters = v.InferOutput<typeof DtlsParametersSchema>;

export const IceParametersSchema = v.strictObject({
  usernameFragment: text(256),
  password: text(256),
  iceLite: v.exactOptional(v.boolean()),
});
export type IceParameters = v.InferOutput<typeof IceParametersSchema>;

export const IceCandidateSchema = v.strictObject({
  foundation: text(64),
  priority: int(0, 2 ** 32 - 1),
  ip: text(255),
  address: text(255),
  protocol: v.picklist(['udp', 'tcp']),
  port: int(1, 65_535),
  type: v.literal('host'),
  tcpType: v.exactOptional(v.literal('passive')),
});

/** Stream parameters of one data channel (RFC 8831); 1,024 streams are what mediasoup negotiates at most. */
export const SctpStreamParametersSchema = v.strictObject({
  streamId: int(0, 1_023),
  ordered: v.exactOptional(v.boolean()),
});
export type SctpStreamParameters = v.InferOutput<typeof SctpStreamParametersSchema>;

/** A STUN or TURN server for this browser (W3C WebRTC, RTCIceServer); credentials are good for minutes. */
export const IceServerSchema = v.strictObject({
  /** RFC 7064 and RFC 7065. */
  urls: v.pipe(v.array(text(300)), v.minLength(1), v.maxLength(8)),
  username: v.exactOptional(text(64)),
  credential: v.exactOptional(text(64)),
});
export type IceServer = v.InferOutput<typeof IceServerSchema>;

/** Fresh with each transport and each restart; empty where everybody is to reach the server directly. */
export const IceServersSchema = listOf(IceServerSchema, 2);

/** What a client needs to build its end of a WebRtcTransport. */
export const TransportOptionsSchema = v.strictObject({
  transportId: TransportIdSchema,
  iceParameters: IceParametersSchema,
  iceCandidates: listOf(IceCandidateSchema, 16),
  iceServers: IceServersSchema,
  dtlsParameters: DtlsParametersSchema,
  sctpParameters: v.strictObject({
    port: int(0, 65_535),
    /** Bytes. The largest message the server sends. */
    maxSendMessageSize: int(0, 2 ** 31),
    /** Bytes. The largest message the server takes; a larger one is dropped. */
    maxReceiveMessageSize: int(0, 2 ** 31),
  }),
});
export type TransportOptions = v.InferOutput<typeof TransportOptionsSchema>;

/** The most voices of the stage that an audience can be set to hear at once. */
export const MAX_SLOTS = 8;
/** More people than can talk in a room of which each hears each. */
const MAX_CONSUMERS = 1_000;

/** A Consumer as it is told to the client that will play it. */
export const ConsumerOptionsSchema = v.strictObject({
  consumerId: ConsumerIdSchema,
  producerId: ProducerIdSchema,
  /** Whose microphone it is; null for a slot, and for the voice in which the server speaks phrases. */
  peerId: v.nullable(PeerIdSchema),
  /** Which slot of the stage it is: one stream, whoever is heard in it. `slotsChanged` tells who that is. */
  slot: v.exactOptional(int(0, MAX_SLOTS - 1)),
  rtpParameters: RtpParametersSchema,
});
export type ConsumerOptions = v.InferOutput<typeof ConsumerOptionsSchema>;

/** The channel on which the room's stamped phrases arrive. */
export const DataConsumerOptionsSchema = v.strictObject({
  dataConsumerId: DataConsumerIdSchema,
  dataProducerId: DataProducerIdSchema,
  sctpStreamParameters: SctpStreamParametersSchema,
});
export type DataConsumerOptions = v.InferOutput<typeof DataConsumerOptionsSchema>;

/** What a client can decode, and the fingerprint that it will show: with both its way in is ready at once. */
export const ListenSchema = v.strictObject({
  rtpCapabilities: RtpCapabilitiesSchema,
  /** Left out where a client learns its own later; then `connectTransport` brings it. */
  dtlsParameters: v.exactOptional(DtlsParametersSchema),
});
export type Listen = v.InferOutput<typeof ListenSchema>;

/** A client's way in, and what comes over it from the first moment. */
export const ListeningSchema = v.strictObject({
  transport: TransportOptionsSchema,
  /** Null where phrases come over the socket only (`followPhrases`): this way in is on another machine than the room. */
  phraseChannel: v.nullable(DataConsumerOptionsSchema),
  /**
   * The room's voice, where it has one, and: for who only listens the slots of the stage, for the others
   * every microphone that is connected. None is paused: what comes before all are built would be lost.
   */
  consumers: listOf(ConsumerOptionsSchema, MAX_CONSUMERS),
});
export type Listening = v.InferOutput<typeof ListeningSchema>;

import * as v from 'valibot';

/** URL-safe identifiers made by the server: 8 to 32 characters of base64url (RFC 4648 section 5). */
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,32}$/));
/** Identifiers made by mediasoup: UUIDs (RFC 9562). */
const mediaId = v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/));

export const RoomIdSchema = v.pipe(id, v.brand('RoomId'));
export type RoomId = v.InferOutput<typeof RoomIdSchema>;

export const PeerIdSchema = v.pipe(id, v.brand('PeerId'));
export type PeerId = v.InferOutput<typeof PeerIdSchema>;

export const InvitationIdSchema = v.pipe(id, v.brand('InvitationId'));
export type InvitationId = v.InferOutput<typeof InvitationIdSchema>;

export const RecordingIdSchema = v.pipe(id, v.brand('RecordingId'));
export type RecordingId = v.InferOutput<typeof RecordingIdSchema>;

export const ConnectionTestIdSchema = v.pipe(id, v.brand('ConnectionTestId'));
export type ConnectionTestId = v.InferOutput<typeof ConnectionTestIdSchema>;

export const TransportIdSchema = v.pipe(mediaId, v.brand('TransportId'));
export type TransportId = v.InferOutput<typeof TransportIdSchema>;

export const ProducerIdSchema = v.pipe(mediaId, v.brand('ProducerId'));
export type ProducerId = v.InferOutput<typeof ProducerIdSchema>;

export const ConsumerIdSchema = v.pipe(mediaId, v.brand('ConsumerId'));
export type ConsumerId = v.InferOutput<typeof ConsumerIdSchema>;

export const DataProducerIdSchema = v.pipe(mediaId, v.brand('DataProducerId'));
export type DataProducerId = v.InferOutput<typeof DataProducerIdSchema>;

export const DataConsumerIdSchema = v.pipe(mediaId, v.brand('DataConsumerId'));
export type DataConsumerId = v.InferOutput<typeof DataConsumerIdSchema>;

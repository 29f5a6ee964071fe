import {
  RoomSettingsSchema,
  type DtlsParameters,
  type InvitationId,
  type PeerId,
  type PhraseDraft,
  type Role,
  type RoomId,
  type RoomSettings,
  type RtpCapabilities,
  type RtpParameters,
  type SctpStreamParameters,
  type TransportId,
} from '#protocol';
import type { Identity, MediaTransport } from '#server/session/ports.ts';
import * as v from 'valibot';

// Well-formed values to change one thing of.

export const ROOM_ID = 'room-0000001' as RoomId;

/** As a room is made when nothing is said about it. */
export const SETTINGS: RoomSettings = v.parse(RoomSettingsSchema, {});

/** The invitation that people of a role come with, where a test makes none. */
export const invitedAs = (role: Role) => `invited-${role}` as InvitationId;

export const INVITATION_ID = invitedAs('speaker');

let peers = 0;
let drafts = 0;

export function identity(change: Partial<Identity> = {}): Identity {
  peers += 1;
  const { role = 'speaker' } = change;
  return {
    roomId: ROOM_ID,
    peerId: `peer-${String(peers).padStart(7, '0')}` as PeerId,
    displayName: 'Ana',
    role,
    invitationId: invitedAs(role),
    expiresAt: 1_760_000_000_000,
    ...change,
  };
}

/** Another one each time, unless it is named: a draft that was said before is not said again. */
export function draft(change: Partial<PhraseDraft> = {}): PhraseDraft {
  drafts += 1;
  return { draftId: `draft-${String(drafts)}`, text: 'Hola a todos', language: 'es', ...change };
}

export const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

export function rtpParameters(): RtpParameters {
  return {
    mid: '0',
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1 },
        rtcpFeedback: [{ type: 'transport-cc' }, { type: 'nack', parameter: '' }],
      },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1, encrypt: false, parameters: {} },
    ],
    encodings: [{ ssrc: 1_234_567, dtx: true }],
    rtcp: { cname: 'a1b2c3d4', reducedSize: true },
  };
}

export function opusCapabilities(): RtpCapabilities {
  return {
    codecs: [
      {
        kind: 'audio',
        mimeType: 'audio/opus',
        preferredPayloadType: 100,
        clockRate: 48_000,
        channels: 2,
      },
    ],
    headerExtensions: [
      {
        kind: 'audio',
        uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
        preferredId: 10,
        preferredEncrypt: false,
        direction: 'sendrecv',
      },
    ],
  };
}

export function dtlsParameters(): DtlsParameters {
  const value = Array.from({ length: 32 }, () => 'AB').join(':');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

export const sctpStream = (): SctpStreamParameters => ({ streamId: 0, ordered: true });

export const TRANSPORT_ID = '00000000-0000-4000-8000-00000000ffff' as TransportId;

export function sampleTransport(): MediaTransport {
  return {
    transportId: TRANSPORT_ID,
    iceParameters: { usernameFragment: 'ufrag', password: 'password', iceLite: true },
    iceCandidates: [
      {
        foundation: 'udpcandidate',
        priority: 1_076_302_079,
        ip: '127.0.0.1',
        address: '127.0.0.1',
        protocol: 'udp',
        port: 40_000,
        type: 'host',
      },
    ],
    dtlsParameters: { ...dtlsParameters(), role: 'auto' },
    sctpParameters: { port: 5_000, maxSendMessageSize: 262_144, maxReceiveMessageSize: 4_096 },
  };
}

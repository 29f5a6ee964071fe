import { RtpCapabilitiesSchema, type RtpCapabilities } from '#protocol';
import type { Router } from 'mediasoup/types';
import * as v from 'valibot';

/** What a Router takes of sound, as clients are told. */
export function rtpCapabilitiesOf({ rtpCapabilities }: Router): RtpCapabilities {
  return v.parse(RtpCapabilitiesSchema, {
    codecs: rtpCapabilities.codecs,
    headerExtensions: rtpCapabilities.headerExtensions?.filter(({ kind }) => kind === 'audio'),
  });
}

/**
 * What of a packet's header helps who hears it. What tells the server how much bandwidth somebody has is not
 * among it: there is one quality of sound, and the reports of a thousand listeners cost more than the sound.
 */
const HELPFUL = new Set([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
]);

/** More kinds of client than there are; whoever makes up others is remembered no longer than these. */
const MAX_KINDS = 32;
const kinds = new Map<string, RtpCapabilities>();

/** What somebody is sent of all they can receive: one object for all whose clients are alike. */
export function sentOf(capabilities: RtpCapabilities): RtpCapabilities {
  const sent = {
    codecs: capabilities.codecs,
    headerExtensions: capabilities.headerExtensions.filter(({ uri }) => HELPFUL.has(uri)),
  };
  const kind = JSON.stringify(sent);
  const known = kinds.get(kind);
  if (known) return known;
  if (kinds.size >= MAX_KINDS) kinds.clear();
  kinds.set(kind, sent);
  return sent;
}

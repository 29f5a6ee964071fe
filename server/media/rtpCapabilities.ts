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

const FOR_BANDWIDTH = new Set([
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
]);

/**
 * What somebody can receive, but for what tells the server how much bandwidth they have: there is
 * one quality of sound, and the reports of a thousand listeners cost more than their sound.
 */
export function withoutBandwidthFeedback(capabilities: RtpCapabilities): RtpCapabilities {
  const { headerExtensions = [] } = capabilities;
  return {
    ...capabilities,
    headerExtensions: headerExtensions.filter(({ uri }) => !FOR_BANDWIDTH.has(uri)),
  };
}

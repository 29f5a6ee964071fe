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

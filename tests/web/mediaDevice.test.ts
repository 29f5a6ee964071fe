import { afterEach, describe, expect, it, vi } from 'vitest';
import { ListenSchema } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { MediaDevice } from '#web/client/mediaDevice.ts';
import { OwnDevice } from '#web/client/ownDevice.ts';
import * as v from 'valibot';

const FINGERPRINT = Array.from({ length: 32 }, () => 'ab').join(':');
const fingerprints = [
  { algorithm: 'sha-1', value: 'ab:ab' },
  { algorithm: 'sha-256', value: FINGERPRINT },
];

/** A device of a browser that decodes Opus. */
const device = () => ({ load: async () => {}, recvRtpCapabilities: opusCapabilities() }) as never;
const certify = (generateCertificate?: () => Promise<object>) =>
  vi.stubGlobal('RTCPeerConnection', { generateCertificate });

describe('what a way in is asked for with', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('[LW1] is what the browser decodes and the certificate that it will show', async () => {
    const certificate = { getFingerprints: () => fingerprints };
    certify(async () => certificate);
    const ready = await MediaDevice.ready(opusCapabilities(), device());
    expect([ready.certificate, ready.isKnown]).toEqual([certificate, true]);
    expect(v.parse(ListenSchema, ready.listen)).toEqual({
      rtpCapabilities: opusCapabilities(),
      dtlsParameters: {
        role: 'client',
        fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT.toUpperCase() }],
      },
    });
  });

  it('[LW2] has no fingerprint where the browser does not say it, or makes no certificate', async () => {
    for (const generate of [undefined, async () => ({}), () => Promise.reject(new Error('no'))]) {
      certify(generate);
      const ready = await MediaDevice.ready(opusCapabilities(), device());
      expect([ready.certificate, ready.isKnown]).toEqual([null, false]);
      expect(ready.listen).toEqual({ rtpCapabilities: opusCapabilities() });
    }
  });

  it('[LW2] is nothing where there can be no sound, which is said to whoever needs it', async () => {
    // No browser at all.
    vi.stubGlobal('navigator', undefined);
    const own = new OwnDevice(opusCapabilities());
    expect(await own.listen()).toBeUndefined();
    await expect(own.ready(undefined)).rejects.toThrow();
    expect(await new OwnDevice().listen()).toBeUndefined();
  });
});

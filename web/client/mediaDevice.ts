import type { Listen, RtpCapabilities } from '#protocol';
import { Device } from 'mediasoup-client';
import type { RtpCapabilities as DeviceRtpCapabilities } from 'mediasoup-client/types';

/** What browsers would choose by themselves (W3C WebRTC, section 4.9). */
const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** What this browser can make of a server's sound, and the certificate that it shows: made once, for every way in. */
export class MediaDevice {
  readonly device: Device;
  /** Null where the browser shows none before it connects. */
  readonly certificate: RTCCertificate | null;
  /** What the server is told when a way in is asked for. */
  readonly listen: Listen;

  /**
   * @param device a browser's own when left out
   * @throws Error where this browser cannot have sound at all
   */
  static async ready(
    routerRtpCapabilities: RtpCapabilities,
    device?: Device,
  ): Promise<MediaDevice> {
    const certified = makeCertificate();
    const own = device ?? (await Device.factory());
    await own.load({ routerRtpCapabilities: routerRtpCapabilities as DeviceRtpCapabilities });
    return new MediaDevice(own, await certified);
  }

  private constructor(device: Device, certificate: RTCCertificate | null) {
    this.device = device;
    this.certificate = certificate;
    const fingerprints = certificate?.getFingerprints().flatMap(fingerprintOf) ?? [];
    this.listen = {
      rtpCapabilities: device.recvRtpCapabilities as RtpCapabilities,
      // mediasoup-client opens every connection itself (RFC 8842 section 5.3).
      ...(fingerprints.length > 0 && { dtlsParameters: { role: 'client', fingerprints } }),
    };
  }

  /** Whether the server knows the certificate before the way in is built. */
  get isKnown(): boolean {
    return this.listen.dtlsParameters !== undefined;
  }
}

type Fingerprints = NonNullable<Listen['dtlsParameters']>['fingerprints'];

/** SDP and mediasoup write them in capitals; browsers give them in small letters here. */
function fingerprintOf({ algorithm, value }: RTCDtlsFingerprint): Fingerprints {
  if (algorithm !== 'sha-256' || value === undefined) return [];
  return [{ algorithm, value: value.toUpperCase() }];
}

/** Null where the browser makes none, or does not say how it will look. */
async function makeCertificate(): Promise<RTCCertificate | null> {
  try {
    const certificate = await RTCPeerConnection.generateCertificate(KEY);
    return 'getFingerprints' in certificate ? certificate : null;
  } catch {
    return null;
  }
}

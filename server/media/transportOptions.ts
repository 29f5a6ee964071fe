import { PHRASE_MAX_BYTES, type TransportId } from '#protocol';
import type { Router, WebRtcServer, WebRtcTransport } from 'mediasoup/types';
import { ICE_PATIENCE_MS, type MediaTransport } from '../session/ports.ts';

/** Opens a transport for sound and phrases on the port of `webRtcServer`. */
export function openTransport(
  router: Router,
  webRtcServer: WebRtcServer,
): Promise<WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    enableTcp: true,
    preferUdp: true,
    enableSctp: true,
    maxReceiveMessageSize: PHRASE_MAX_BYTES,
    iceConsentTimeout: ICE_PATIENCE_MS / 1_000,
  });
}

/**
 * mediasoup keeps 64 kB for each transport to know which SCTP streams are taken, more than everything else
 * of a listener. A way in has one, the phrases'. Without effect where mediasoup names it otherwise.
 */
export function keepOneStream(transport: WebRtcTransport): void {
  Object.assign(transport, { allocateSctpStreamId: () => 0 });
}

/** Whether the other end answers ICE's checks. */
export function isConnected({ iceState }: WebRtcTransport): boolean {
  return iceState === 'connected' || iceState === 'completed';
}

/** What a client builds its end of a transport from. */
export function transportOptionsOf(transport: WebRtcTransport): MediaTransport {
  const { sctpParameters } = transport;
  if (!sctpParameters) throw new Error('SCTP was asked for and is not there');
  return {
    transportId: transport.id as TransportId,
    iceParameters: transport.iceParameters,
    iceCandidates: transport.iceCandidates,
    dtlsParameters: transport.dtlsParameters,
    sctpParameters: {
      port: sctpParameters.port,
      maxSendMessageSize: sctpParameters.maxSendMessageSize,
      maxReceiveMessageSize: sctpParameters.maxReceiveMessageSize,
    },
  };
}

import type { TransportId } from '#protocol';
import type { WebRtcTransport } from 'mediasoup/types';
import type { MediaTransport } from '../session/ports.ts';

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

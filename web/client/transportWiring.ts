import type { TransportId, TransportOptions } from '#protocol';
import type { Transport } from 'mediasoup-client/types';
import type { Signaling } from './signaling.ts';

/** The way to ask the server; all that the media side needs of the signalling. */
export type Ask = Pick<Signaling, 'request'>;

/** What mediasoup-client makes its own end of a transport from. */
export function ends({ transportId, ...parameters }: TransportOptions) {
  return { id: transportId, ...parameters };
}

interface Wiring {
  readonly signaling: Ask;
  /** Told when the transport's state has changed. */
  readonly onState: () => void;
  /** Whether the server knew this end's certificate when it made its own, and waits for it. */
  readonly isConnected?: boolean;
}

/** Has the server told what a transport needs of it. */
export function wire(transport: Transport, wiring: Wiring): void {
  const { signaling, onState, isConnected = false } = wiring;
  transport.on('connect', ({ dtlsParameters }, resolve, reject) => {
    if (isConnected) return resolve();
    signaling
      .request('connectTransport', { transportId: transport.id as TransportId, dtlsParameters })
      .then(() => resolve(), reject);
  });
  transport.on('connectionstatechange', onState);
}

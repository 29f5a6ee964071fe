import type { Direction, TransportId } from '#protocol';
import type { Transport } from 'mediasoup-client/types';
import type { Signaling } from './signaling.ts';

/** The way to ask the server; all that the media side needs of the signalling. */
export type Ask = Pick<Signaling, 'request'>;

/** Asks for a transport, with what mediasoup-client makes its own end from. */
export async function createTransport(signaling: Ask, direction: Direction) {
  const { transportId, ...parameters } = await signaling.request('createTransport', { direction });
  return { id: transportId, ...parameters };
}

/** Has the server told what a transport needs of it. @param onState told when its state has changed */
export function wire(transport: Transport, signaling: Ask, onState: () => void): void {
  transport.on('connect', ({ dtlsParameters }, resolve, reject) => {
    signaling
      .request('connectTransport', { transportId: transport.id as TransportId, dtlsParameters })
      .then(() => resolve(), reject);
  });
  transport.on('connectionstatechange', onState);
}

import { ProtocolError, type ConsumerOptions, type PeerId, type ProducerId } from '#protocol';
import type { PeerSession } from './peerSession.ts';
import { AckTimeout, type Log, type MediaPeer } from './ports.ts';

/**
 * Lets `listener` hear a microphone, or the server's voice where `peerId` is null. What the client
 * refuses is offered once more. Never rejects.
 */
export async function announce(
  listener: PeerSession,
  peerId: PeerId | null,
  producerId: ProducerId,
  log: Log,
): Promise<void> {
  const { media, rtpCapabilities } = listener.seat;
  // Not receiving yet: `startReceiving` announces what is there by then.
  if (!rtpCapabilities) return;
  const offerOne = async () => {
    await offer(listener, media, await media.consume({ producerId, peerId, rtpCapabilities }));
  };
  try {
    await offerOne().catch((error: unknown) => {
      if (listener.isClosed || error instanceof ProtocolError) throw error;
      return offerOne();
    });
  } catch (err) {
    // A speaker or listener that left meanwhile is the usual cause and no fault.
    const isNoFault = err instanceof ProtocolError && err.code !== 'UNSUPPORTED_MEDIA';
    if (listener.isClosed || isNoFault) return;
    log.warn({ peerId: listener.peerId, err }, 'microphone could not be announced');
  }
}

/**
 * Announces a Consumer that is paused and resumes it when the client acknowledges, so that its first
 * packet is not lost.
 * @throws Error when the client refuses; the Consumer is closed then
 */
async function offer(
  listener: PeerSession,
  media: MediaPeer,
  consumer: ConsumerOptions,
): Promise<void> {
  try {
    await listener.channel.request('newConsumer', consumer);
  } catch (error) {
    // A page in the background answers late. Better its first packets lost than all of them.
    if (!(error instanceof AckTimeout)) {
      media.closeConsumer(consumer.consumerId);
      throw error;
    }
  }
  if (!listener.isClosed) await media.resumeConsumer(consumer.consumerId);
}

import { ProtocolError, type PeerId, type ProducerId } from '#protocol';
import type { PeerSession } from './peerSession.ts';
import { AckTimeout, type Log } from './ports.ts';

/**
 * Lets `listener` hear a microphone, or the server's voice where `peerId` is null: the Consumer is made paused, announced, and resumed when the
 * client acknowledges, so that its first packet is not lost. Never rejects.
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
  try {
    const consumer = await media.consume({ producerId, peerId, rtpCapabilities });
    await listener.channel.request('newConsumer', consumer).catch((error: unknown) => {
      // A page in the background answers late. Better its first packets lost than all of them.
      if (!(error instanceof AckTimeout)) throw error;
    });
    if (listener.isClosed) return;
    await media.resumeConsumer(consumer.consumerId);
  } catch (err) {
    // A speaker or listener that left meanwhile is the usual cause and no fault.
    if (listener.isClosed || err instanceof ProtocolError) return;
    log.warn({ peerId: listener.peerId, err }, 'microphone could not be announced');
  }
}

import { ProtocolError, type ConsumerOptions } from '#protocol';
import type { PeerSession } from './peerSession.ts';
import { AckTimeout, type Log, type MediaPeer } from './ports.ts';

interface Listener {
  readonly listener: PeerSession;
  readonly media: MediaPeer;
  /** Whether it is still to be heard by then. */
  readonly isWanted: () => boolean;
}

/**
 * Lets somebody hear a microphone: offers them the Consumer that `make` makes, which is paused. What the client
 * refuses is made and offered once more. Never rejects; false where it is not heard.
 */
export async function announce({
  make,
  log,
  ...to
}: Listener & {
  readonly make: () => Promise<ConsumerOptions>;
  readonly log: Log;
}): Promise<boolean> {
  const { listener, isWanted } = to;
  const isOver = () => listener.isClosed || !isWanted();
  const offerOne = async () => offer(to, await make());
  try {
    await offerOne().catch((error: unknown) => {
      if (isOver() || error instanceof ProtocolError) throw error;
      return offerOne();
    });
    return !isOver();
  } catch (err) {
    // A speaker or listener that left meanwhile is the usual cause and no fault.
    const isNoFault = err instanceof ProtocolError && err.code !== 'UNSUPPORTED_MEDIA';
    if (!isOver() && !isNoFault) {
      log.warn({ peerId: listener.peerId, err }, 'microphone could not be announced');
    }
    return false;
  }
}

/**
 * Announces a Consumer that is paused and resumes it when the client acknowledges, so that its first
 * packet is not lost. One that is not wanted any more is closed.
 * @throws Error when the client refuses; the Consumer is closed then
 */
export async function offer(
  { listener, media, isWanted }: Listener,
  consumer: ConsumerOptions,
): Promise<void> {
  const { consumerId } = consumer;
  if (!isWanted()) return media.closeConsumer(consumerId);
  try {
    await listener.channel.request('newConsumer', consumer, isWanted);
  } catch (error) {
    // A page in the background answers late. Better its first packets lost than all of them.
    if (!(error instanceof AckTimeout)) {
      media.closeConsumer(consumerId);
      throw error;
    }
  }
  if (!listener.isClosed && isWanted()) await media.resumeConsumer(consumerId);
}

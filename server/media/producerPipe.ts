import type { ProducerId } from '#protocol';
import type { Producer, Router } from 'mediasoup/types';

/**
 * Brings a Producer from one Router to another, where it has the same id and is muted and closed with it.
 * Rejects where it is closed meanwhile.
 */
export async function pipeProducer(
  producerId: ProducerId,
  routers: { from: Router; to: Router },
): Promise<Producer> {
  const { from, to } = routers;
  const { pipeConsumer: sent, pipeProducer: received } = await from.pipeToRouter({
    producerId,
    router: to,
    enableSctp: false,
  });
  if (!sent || !received) throw new Error('nothing was piped');
  // mediasoup has this closed with it from here on only.
  if (sent.closed) received.close();
  if (received.closed) throw new Error('it was closed meanwhile');
  // By itself mediasoup leaves it unhandled where this fails since the Worker there has died.
  for (const event of ['pause', 'resume'] as const) {
    sent.observer.removeAllListeners(event);
    sent.observer.on(event, () => void received[event]().catch(() => {}));
  }
  return received;
}

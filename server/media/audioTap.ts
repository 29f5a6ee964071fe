import type { DirectTransport, Producer, ProducerTraceEventData, Router } from 'mediasoup/types';
import type { AudioSink, AudioTap } from '../session/ports.ts';

/**
 * Copies a Producer's RTP packets and sender reports to `sink`. mediasoup rewrites SSRC and sequence
 * numbers on the way and keeps the timestamps; it hands sender reports out as trace events only.
 */
export async function tapAudio(options: {
  direct: DirectTransport;
  router: Router;
  producer: Producer;
  sink: AudioSink;
}): Promise<AudioTap> {
  const { direct, router, producer, sink } = options;
  const consumer = await direct.consume({
    producerId: producer.id,
    rtpCapabilities: router.rtpCapabilities,
  });
  const onTrace = (event: ProducerTraceEventData) => {
    if (event.type !== 'sr') return;
    const { ntpSec, ntpFrac, rtpTs } = event.info;
    sink.senderReport({
      ntpSeconds: Number(ntpSec),
      ntpFraction: Number(ntpFrac),
      rtpTimestamp: Number(rtpTs),
    });
  };
  consumer.on('rtp', (packet) => sink.rtp(packet));
  producer.on('trace', onTrace);
  await producer.enableTraceEvent(['sr']).catch(() => {
    // The Producer closed meanwhile, and the Consumer with it.
  });
  return {
    close() {
      producer.off('trace', onTrace);
      consumer.close();
    },
  };
}

import type { DirectTransport, Producer, Router } from 'mediasoup/types';
import { packetSamples } from '../domain/opus.ts';
import { parseRtp, readAudioLevel } from '../domain/rtp.ts';
import type { Heard } from '../domain/voiceLevel.ts';
import type { SlotPacket } from './slotWriter.ts';

const AUDIO_LEVEL_URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
/** None that an extension can have: nothing is found by it. */
const NO_ID = 0;

/** Hands over what comes of a microphone, until it closes. What is no Opus is nobody's. */
export async function tapVoice(options: {
  direct: DirectTransport;
  router: Router;
  microphone: Producer;
  heard: (packet: SlotPacket, heard: Heard) => void;
}): Promise<{ close(): void }> {
  const { direct, router, microphone, heard } = options;
  const consumer = await direct.consume({
    producerId: microphone.id,
    rtpCapabilities: router.rtpCapabilities,
  });
  const { headerExtensions = [] } = consumer.rtpParameters;
  const levelId = headerExtensions.find(({ uri }) => uri === AUDIO_LEVEL_URI)?.id ?? NO_ID;
  consumer.on('rtp', (bytes) => {
    const rtp = parseRtp(bytes);
    const samples = rtp === null ? null : packetSamples(rtp.payload);
    if (rtp === null || samples === null) return;
    const claimedDbov = levelId === NO_ID ? null : readAudioLevel(bytes, levelId);
    heard({ ...rtp, samples }, { claimedDbov, payload: rtp.payload, samples });
  });
  return consumer;
}

import type { Producer } from 'mediasoup/types';

const LOOK_MS = 2_000;
/**
 * Opus makes 50 packets a second, 100 at most as browsers cut it, and 510 kbit/s (RFC 6716 section
 * 2.1.1). The rest is for what a network held back and lets go at once.
 */
const MAX_PACKETS_PER_SECOND = 400;
const MAX_BITS_PER_SECOND = 1_000_000;
/** Looks in a row that find too much. */
const FLOODS = 2;

/**
 * Looks at how much arrives of a microphone until its Producer is closed, and tells once when that
 * can be no sound: each packet of it is copied to everybody who listens. mediasoup's own
 * `maxIncomingBitrate` only asks the sender to hold back.
 */
export function guardSound(producer: Producer, flooded: () => void): void {
  let before: { packets: number; bytes: number; atMs: number } | null = null;
  let floods = 0;
  const look = async () => {
    const stats = await producer.getStats();
    // The worker's clock: this process may have stood still before it heard.
    const atMs = Math.max(0, ...stats.map(({ timestamp }) => timestamp));
    const packets = stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
    const bytes = stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const [last, seconds] = [before, (atMs - (before?.atMs ?? atMs)) / 1_000];
    before = { packets, bytes, atMs };
    if (!last || seconds <= 0) return;
    const isFlood =
      packets - last.packets > MAX_PACKETS_PER_SECOND * seconds ||
      8 * (bytes - last.bytes) > MAX_BITS_PER_SECOND * seconds;
    floods = isFlood ? floods + 1 : 0;
    if (floods < FLOODS) return;
    clearInterval(timer);
    flooded();
  };
  // Rejects when the Producer is closed meanwhile.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_MS);
  producer.observer.on('close', () => clearInterval(timer));
}

import type { PeerId, Phrase, ProducerId, RtpCapabilities } from '#protocol';
import type { DirectTransport, Producer, Router, WebRtcServer } from 'mediasoup/types';
import type {
  AudioSink,
  AudioTap,
  MediaPeer,
  MediaPeerEvents,
  MediaRoom,
  MediaRoomEvents,
} from '../session/ports.ts';
import { tapAudio } from './audioTap.ts';
import { observeLevels, type LevelObserver } from './levelObserver.ts';
import { SfuPeer } from './mediaPeer.ts';
import { PhraseChannel } from './phraseChannel.ts';
import { SfuVoice } from './roomVoice.ts';
import { rtpCapabilitiesOf } from './rtpCapabilities.ts';
import type { WorkerPool } from './workerPool.ts';

/** A room's Router and all that hangs on it. */
export class SfuRoom implements MediaRoom {
  readonly rtpCapabilities: RtpCapabilities;
  readonly voice: SfuVoice;
  readonly #router: Router;
  readonly #webRtcServer: WebRtcServer;
  /** Where the server itself listens and speaks: phrases and taps. */
  readonly #direct: DirectTransport;
  readonly #phrases: PhraseChannel;
  readonly #levels: LevelObserver;
  readonly #peers = new Set<SfuPeer>();
  readonly #producers = new Map<ProducerId, Producer>();

  static async create(pool: WorkerPool, events: MediaRoomEvents): Promise<SfuRoom> {
    const { router, webRtcServer } = await pool.createRouter(() => events.died());
    try {
      const direct = await router.createDirectTransport();
      const [phrases, voice] = await Promise.all([
        PhraseChannel.create(direct),
        SfuVoice.create(direct),
      ]);
      const levels = await observeLevels(router, events);
      return new SfuRoom({ router, webRtcServer, direct, phrases, voice, levels });
    } catch (error) {
      router.close();
      throw error;
    }
  }

  private constructor(parts: {
    router: Router;
    webRtcServer: WebRtcServer;
    direct: DirectTransport;
    phrases: PhraseChannel;
    voice: SfuVoice;
    levels: LevelObserver;
  }) {
    this.#router = parts.router;
    this.#webRtcServer = parts.webRtcServer;
    this.#direct = parts.direct;
    this.#phrases = parts.phrases;
    this.voice = parts.voice;
    this.#levels = parts.levels;
    this.rtpCapabilities = rtpCapabilitiesOf(this.#router);
  }

  addPeer(_peerId: PeerId, events: MediaPeerEvents): MediaPeer {
    const peer: SfuPeer = new SfuPeer({
      router: this.#router,
      webRtcServer: this.#webRtcServer,
      phrases: this.#phrases,
      events: {
        ...events,
        microphoneOpened: (producer) => {
          this.#producers.set(producer.id as ProducerId, producer);
          this.#levels.add(producer);
        },
        microphoneClosed: (producer) => this.#producers.delete(producer.id as ProducerId),
        closed: () => this.#peers.delete(peer),
      },
    });
    this.#peers.add(peer);
    return peer;
  }

  broadcastPhrase(phrase: Phrase): void {
    this.#phrases.broadcast(phrase);
  }

  async tapAudio(producerId: ProducerId, sink: AudioSink): Promise<AudioTap> {
    const producer = this.#producers.get(producerId);
    if (!producer) throw new Error('no such Producer in this room');
    return tapAudio({ direct: this.#direct, router: this.#router, producer, sink });
  }

  close(): void {
    for (const peer of [...this.#peers]) peer.close();
    this.#router.close();
  }
}

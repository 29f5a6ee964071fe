import type { AudienceSound, PeerId, Phrase, ProducerId } from '#protocol';
import type { Producer } from 'mediasoup/types';
import type {
  AudioSink,
  AudioTap,
  MediaPeer,
  MediaPeerEvents,
  MediaRoom,
  MediaRoomEvents,
} from '../session/ports.ts';
import { AudiencePacking } from './audiencePacking.ts';
import { tapAudio } from './audioTap.ts';
import type { FramesPerPacket } from './framePacker.ts';
import { observeLevels, type LevelObserver } from './levelObserver.ts';
import { SfuPeer } from './mediaPeer.ts';
import { RouterGroup, type RouterGroupOptions } from './routerGroup.ts';
import { SfuVoice } from './roomVoice.ts';
import { StageSlots } from './stageSlots.ts';

export interface SfuRoomOptions extends RouterGroupOptions {
  /** How many voices of the stage an audience hears at once. */
  readonly slots: number;
  /** How many microphones those on the stage hear at once. */
  readonly audible: number;
  /** Whether the server ever speaks. */
  readonly hasVoice: boolean;
}

interface Parts {
  readonly routers: RouterGroup;
  readonly voice: SfuVoice;
  readonly slots: StageSlots;
  readonly levels: LevelObserver;
  readonly options: SfuRoomOptions;
}

/** What is said in a room and who hears it. */
export class SfuRoom implements MediaRoom {
  readonly voice: SfuVoice;
  readonly #parts: Parts;
  readonly #peers = new Set<SfuPeer>();
  readonly #microphones = new Map<ProducerId, Producer>();
  readonly #packing = new AudiencePacking();
  readonly #audience = new Set<SfuPeer>();
  #frames: FramesPerPacket = 1;
  #audible: ReadonlySet<ProducerId> = new Set();

  static async create(options: SfuRoomOptions, events: MediaRoomEvents): Promise<SfuRoom> {
    const { slots: count } = options;
    const routers = await RouterGroup.create(options, () => events.died());
    try {
      const { direct, router } = routers;
      const [voice, slots, levels] = await Promise.all([
        SfuVoice.create(direct),
        StageSlots.create({
          direct,
          router,
          count,
          changed: (holders) => events.slotsChanged(holders),
        }),
        observeLevels(router, events),
      ]);
      return new SfuRoom({ routers, voice, slots, levels, options });
    } catch (error) {
      routers.close();
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.voice = parts.voice;
    const { routers, slots, voice, options } = parts;
    routers.sound = {
      router: routers.router,
      voice: options.hasVoice ? voice.producer : null,
      slots: slots.producers,
      isAudible: (microphone) => this.#audible.has(microphone),
    };
    slots.onAudible(options.audible, (audible) => {
      this.#audible = audible;
      for (const peer of this.#peers) peer.audibleChanged();
    });
  }

  addPeer(_peerId: PeerId, events: MediaPeerEvents): MediaPeer {
    const peer: SfuPeer = new SfuPeer({
      routers: this.#parts.routers,
      events: {
        ...events,
        microphoneOpened: (producer) => this.#add(producer),
        hears: (hearing) => this.#count(peer, hearing === 'slots'),
        closed: () => this.#peers.delete(peer),
      },
    });
    this.#peers.add(peer);
    return peer;
  }

  broadcastPhrase(phrase: Phrase): void {
    this.#parts.routers.broadcast(phrase);
  }

  setAudienceSound(sound: AudienceSound): void {
    this.#packing.setSound(sound);
    this.#pack();
  }

  async tapAudio(producerId: ProducerId, sink: AudioSink): Promise<AudioTap> {
    const producer = this.#microphones.get(producerId);
    if (!producer) throw new Error('no such Producer in this room');
    const { direct, router } = this.#parts.routers;
    return tapAudio({ direct, router, producer, sink });
  }

  close(): void {
    for (const peer of [...this.#peers]) peer.close();
    this.#parts.slots.close();
    this.#parts.routers.close();
  }

  #add(producer: Producer): void {
    const producerId = producer.id as ProducerId;
    this.#microphones.set(producerId, producer);
    producer.observer.on('close', () => this.#microphones.delete(producerId));
    this.#parts.levels.add(producer);
    this.#parts.slots.add(producer);
  }

  #count(peer: SfuPeer, isAudience: boolean): void {
    if (isAudience === this.#audience.has(peer)) return;
    if (isAudience) this.#audience.add(peer);
    else this.#audience.delete(peer);
    if (isAudience) this.#parts.slots.watch();
    this.#packing.setListeners(this.#audience.size);
    this.#pack();
  }

  #pack(): void {
    const frames = this.#packing.framesPerPacket;
    if (frames === this.#frames) return;
    this.#frames = frames;
    this.#parts.slots.setFramesPerPacket(frames);
    this.voice.setFramesPerPacket(frames);
  }
}

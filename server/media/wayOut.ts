import {
  PHRASE_CHANNEL_LABEL,
  ProtocolError,
  type DataProducerId,
  type ProducerId,
  type RtpParameters,
  type SctpStreamParameters,
} from '#protocol';
import type { DataProducer, Producer, WebRtcTransport } from 'mediasoup/types';
import { orProtocolError } from './mediaError.ts';
import type { PhraseChannel } from './phraseChannel.ts';
import { guardSound } from './soundGuard.ts';

export interface WayOutEvents {
  phraseMessage(message: Uint8Array): void;
  soundFlooded(): void;
  microphoneOpened(producer: Producer): void;
}

/** Somebody's sending transport, with their microphone and what they write on it. */
export class WayOut {
  readonly transport: WebRtcTransport;
  readonly #phrases: PhraseChannel;
  readonly #events: WayOutEvents;
  #microphone: Producer | null = null;
  #drafts: DataProducer | null = null;

  constructor(options: {
    transport: WebRtcTransport;
    phrases: PhraseChannel;
    events: WayOutEvents;
  }) {
    this.transport = options.transport;
    this.#phrases = options.phrases;
    this.#events = options.events;
  }

  async produce(options: { rtpParameters: RtpParameters; muted: boolean }): Promise<ProducerId> {
    const producer = await orProtocolError('UNSUPPORTED_MEDIA', () =>
      this.transport.produce({
        kind: 'audio',
        rtpParameters: options.rtpParameters,
        paused: options.muted,
      }),
    );
    this.#requireOpen(producer);
    this.#microphone = producer;
    guardSound(producer, () => this.#events.soundFlooded());
    this.#events.microphoneOpened(producer);
    return producer.id as ProducerId;
  }

  closeMicrophone(): void {
    this.#microphone?.close();
    this.#microphone = null;
  }

  async setMuted(muted: boolean): Promise<void> {
    const producer = this.#microphone;
    if (!producer) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await orProtocolError('NOT_FOUND', () => (muted ? producer.pause() : producer.resume()));
  }

  async produceData({ streamId }: SctpStreamParameters): Promise<DataProducerId> {
    const drafts = await orProtocolError('INVALID_MESSAGE', () =>
      this.transport.produceData({
        sctpStreamParameters: { streamId, ordered: true },
        label: PHRASE_CHANNEL_LABEL,
      }),
    );
    this.#requireOpen(drafts);
    this.#drafts = drafts;
    await orProtocolError('WRONG_STATE', () =>
      this.#phrases.listenTo(drafts, (message) => this.#events.phraseMessage(message)),
    );
    this.#requireOpen(drafts);
    return drafts.id as DataProducerId;
  }

  setPhrasesPaused(paused: boolean): void {
    const drafts = this.#drafts;
    // Rejects when it closes first, and then nothing comes of it any more.
    (paused ? drafts?.pause() : drafts?.resume())?.catch(() => {});
  }

  close(): void {
    this.transport.close();
  }

  /**
   * Closes what was being made when this was closed.
   * @throws ProtocolError WRONG_STATE then
   */
  #requireOpen(made: { close(): void }): void {
    if (!this.transport.closed) return;
    made.close();
    throw new ProtocolError('WRONG_STATE', 'connection closed');
  }
}

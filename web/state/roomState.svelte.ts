import type { Phrase } from '#protocol';
import type { RoomClient } from '#web/client/roomClient.ts';
import { MicrophoneError, openMicrophone } from '#web/client/microphone.ts';
import { m } from '#web/paraglide/messages.js';
import { browserVoice } from './browserVoice.ts';
import { failureOf, wordsOf } from './failure.ts';
import { microphoneWords } from './microphoneWords.ts';
import { observe } from './observe.ts';
import { preferences } from './preferences.svelte.ts';
import { can } from '#protocol';
import { SpeechQueue } from './speechQueue.ts';
import { toasts } from './toasts.svelte.ts';

/** One visit to a room, as its views see it. */
export class RoomSession {
  readonly client: RoomClient;
  readonly #speech: SpeechQueue;
  readonly #room: { readonly current: RoomClient['state'] };
  readonly #spoken: { readonly current: SpeechQueue['current'] };
  readonly #stopListening: () => void;
  #heardSeq = $state(0);

  constructor(client: RoomClient) {
    this.client = client;
    this.#speech = new SpeechQueue({
      voice: browserVoice,
      settings: () => ({ aloud: preferences.speaksPhrases, volume: preferences.phraseVolume }),
      onSpoken: (phrase) => this.#onSpoken(phrase),
    });
    this.#room = observe(client, () => client.state);
    this.#spoken = observe(this.#speech, () => this.#speech.current);
    this.#stopListening = client.onPhrase((phrase) => this.#speech.add(phrase));
    if (preferences.speakerId) void this.chooseSpeaker(preferences.speakerId);
  }

  get room(): RoomClient['state'] {
    return this.#room.current;
  }

  readonly me = $derived.by(() => this.room.me);
  readonly role = $derived.by(() => this.me?.role ?? 'audience');
  readonly maySpeak = $derived.by(() => can(this.role, 'speak'));
  readonly mayWrite = $derived.by(() => can(this.role, 'sendPhrase'));
  readonly mayRecord = $derived.by(() => can(this.role, 'record'));
  /** Whether there is a recording that one could be in. */
  readonly isAsked = $derived.by(() => this.room.recording !== null && this.room.consent !== null);
  /** How far the finalizer is with what was last recorded; null when there is nothing to wait for. */
  readonly preparing = $derived.by(() => {
    const { recordingProgress, readyRecordings, failedRecordings } = this.room;
    const [recordingId, progress] = Object.entries(recordingProgress).at(-1) ?? [];
    const isOver = [...readyRecordings, ...failedRecordings].some((it) => it === recordingId);
    return progress === undefined || isOver ? null : progress;
  });
  readonly speakers = $derived.by(() => this.room.peers.filter((peer) => can(peer.role, 'speak')));
  readonly audience = $derived.by(() => this.room.peers.filter((peer) => !can(peer.role, 'speak')));

  /** The phrase whose turn it is or was, and how far it has been read. */
  get spoken(): SpeechQueue['current'] {
    return this.#spoken.current;
  }

  /** Number of the last phrase that was given to the voice, 0 before the first. */
  get heardSeq(): number {
    return this.#heardSeq;
  }

  /**
   * Opens a microphone here, connecting it or taking the place of the one in use.
   * @param deviceId empty for the browser's default
   */
  async openMicrophone(deviceId: string): Promise<void> {
    try {
      const track = await openMicrophone(deviceId || undefined);
      preferences.microphoneId = deviceId;
      await this.attempt(() => this.client.useMicrophone(track));
    } catch (error) {
      const reason = error instanceof MicrophoneError ? error.reason : 'unknown';
      toasts.show(microphoneWords(reason).text);
    }
  }

  /** @param deviceId empty for the browser's default */
  async chooseSpeaker(deviceId: string): Promise<void> {
    preferences.speakerId = deviceId;
    await this.client.setOutputDevice(deviceId).catch(() => toasts.show(m.sound_failed()));
  }

  /** @param named of a refusal: whether the recording may say who it was */
  answerConsent(answer: 'granted' | 'refused', named = false): Promise<void> {
    const { locale: language } = preferences;
    return this.attempt(() => this.client.recording.answer({ answer, language, named }));
  }

  hushPhrase(): void {
    this.#speech.skip();
  }

  /** Runs something the server may refuse, and says so in words if it does. */
  async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      toasts.show(wordsOf(failureOf(error)).text);
    }
  }

  close(): void {
    this.#stopListening();
    this.#speech.close();
    this.client.leave();
  }

  #onSpoken(phrase: Phrase): void {
    this.#heardSeq = phrase.seq;
    const detail = { seq: phrase.seq, text: phrase.text };
    globalThis.dispatchEvent(new CustomEvent('cora:phrase-spoken', { detail }));
  }
}

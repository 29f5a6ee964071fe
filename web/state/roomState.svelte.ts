import { SvelteSet } from 'svelte/reactivity';
import {
  can,
  mayWrite,
  speaksLanguage,
  type ModerateSpeech,
  type PeerId,
  type Phrase,
  type Role,
} from '#protocol';
import type { RoomClient } from '#web/client/roomClient.ts';
import { MicrophoneError, openMicrophone } from '#web/client/microphone.ts';
import { m } from '#web/paraglide/messages.js';
import { browserSpeaks, browserVoice } from './browserVoice.ts';
import { failureOf, wordsOf } from './failure.ts';
import { microphoneWords } from './microphoneWords.ts';
import { observe } from './observe.ts';
import { OrderDesk } from './orderDesk.svelte.ts';
import type { Hearing } from './phraseNews.ts';
import { opensRecordings } from './ownInvitation.ts';
import { personVolumes } from './personVolumes.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { preparing } from './preparing.ts';
import { RoomVoice } from './roomVoice.ts';
import { handPlace, talkedBy } from './roster.ts';
import { SpeechQueue } from './speechQueue.ts';
import type { SpokenPhrase } from './spokenPhrase.ts';
import { takeFloor } from './takeFloor.ts';
import { toasts } from './toasts.svelte.ts';

/** How loud people are while a phrase is heard: -12 dB. */
const DUCKED = 0.25;

/** One visit to a room, as its views see it. */
export class RoomSession {
  readonly client: RoomClient;
  readonly order: OrderDesk;
  /** Whether one is about to be heard, and so misses it when a moderator mutes one. */
  takesFloor = false;
  /** The role of one's own invitation, whatever moderators made of one since. */
  readonly invitedAs: Role;
  /** Authors whose phrases are not to be heard here. */
  readonly silenced = new SvelteSet<PeerId>();
  /** Speaks what the server does not, and all of it while sound does not arrive. */
  readonly #local: SpeechQueue;
  readonly #voice: RoomVoice;
  readonly #room: { readonly current: RoomClient['state'] };
  readonly #spokenHere: { readonly current: SpokenPhrase | null };
  readonly #spokenThere: { readonly current: SpokenPhrase | null };
  readonly #stops: (() => void)[];
  #heardSeq = $state(0);

  constructor(client: RoomClient, invitedAs: Role) {
    this.client = client;
    this.invitedAs = invitedAs;
    this.order = new OrderDesk(client);
    const onHeard = ({ seq }: Phrase) => client.phrases.heard(seq);
    this.#local = new SpeechQueue({
      voice: browserVoice,
      settings: ({ authorId }) => ({
        aloud: this.#wants(authorId),
        volume: preferences.phraseVolume,
      }),
      onSpoken: (phrase) => this.#onSpoken(phrase),
      onHeard,
    });
    this.#voice = new RoomVoice({
      onSpoken: (phrase) => {
        if (this.#hears(phrase.authorId)) this.#onSpoken(phrase);
      },
      onFinished: (phrase) => {
        if (this.#hears(phrase.authorId)) onHeard(phrase);
      },
    });
    this.#room = observe(client, () => client.state);
    this.#spokenHere = observe(this.#local, () => this.#local.current);
    this.#spokenThere = observe(this.#voice, () => this.#voice.current);
    this.#stops = [
      client.onPhrase((phrase) => {
        if (!this.#serverSpeaks(phrase)) this.#local.add(phrase);
      }),
      client.subscribe(() => this.#voice.take(client.state)),
      $effect.root(() => {
        $effect(() => this.#setVolumes());
        $effect(() => personVolumes.applyTo(client));
      }),
    ];
    if (preferences.speakerId) void this.chooseSpeaker(preferences.speakerId);
  }

  get room(): RoomClient['state'] {
    return this.#room.current;
  }

  readonly me = $derived.by(() => this.room.me);
  readonly role = $derived.by(() => this.me?.role ?? 'audience');
  readonly maySpeak = $derived.by(() => can(this.role, 'speak'));
  readonly mayWrite = $derived.by(() => mayWrite(this.role, this.room.settings));
  readonly mayModerate = $derived.by(() => can(this.role, 'moderate'));
  readonly mayModeratePhrases = $derived.by(() => can(this.role, 'moderatePhrases'));
  readonly opensRecordings = $derived.by(() => opensRecordings(this.role, this.invitedAs));
  readonly mayRecord = $derived.by(() => can(this.role, 'record'));
  /** Whether there is a recording that one could be in. */
  readonly isAsked = $derived.by(() => this.room.recording !== null && this.room.consent !== null);
  /** How far the finalizer is with what was last recorded; null when there is nothing to wait for. */
  readonly preparing = $derived.by(() => preparing(this.room));
  readonly speakers = $derived.by(() => this.room.peers.filter((peer) => can(peer.role, 'speak')));
  /** Those who only listen, as far as one is told of them: `room.audience` says how many there are. */
  readonly audience = $derived.by(() => this.room.peers.filter((peer) => !can(peer.role, 'speak')));

  /** One's own place among raised hands, from 1; null when it is not. */
  readonly place = $derived.by(() => this.me && handPlace(this.room.peers, this.me.peerId));
  /** How long people have talked, for who may know: milliseconds by peer. */
  readonly talked = $derived.by(() => talkedBy(this.room.moderation?.talkTimes ?? []));

  /** The phrase whose turn it is or was, and how far it has been read. */
  get spoken(): SpokenPhrase | null {
    const [here, there] = [this.#spokenHere.current, this.#spokenThere.current];
    if (here && this.room.soundLost) return here;
    if (!here || !there) return here ?? there;
    if (here.finished !== there.finished) return here.finished ? there : here;
    return here.phrase.seq > there.phrase.seq ? here : there;
  }

  /** The phrase that waits for its turn, when nothing is being said. */
  readonly next = $derived.by(() => {
    const [first] = this.room.soundLost ? [] : this.room.speech.waiting;
    if (first === undefined || (this.spoken && !this.spoken.finished)) return null;
    return this.room.phrases.find(({ seq }) => seq === first) ?? null;
  });

  /** What a person wants to hear of phrases, as it is at this moment. */
  get hearing(): Hearing {
    return { aloud: preferences.speaksPhrases, silenced: this.silenced, browserSpeaks };
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
      await this.attempt(() => this.client.microphone.use(track));
    } catch (error) {
      const reason = error instanceof MicrophoneError ? error.reason : 'unknown';
      toasts.show(microphoneWords(reason).text);
    }
  }

  /** Takes the floor that is offered and opens a microphone, or declines. */
  async answerFloor(accept: boolean): Promise<void> {
    if (!accept) return this.attempt(() => this.client.stage.answerFloor(false));
    const openMicrophone = () => this.openMicrophone(preferences.microphoneId);
    this.takesFloor = true;
    await this.attempt(() => takeFloor({ client: this.client, openMicrophone }));
    this.takesFloor = false;
  }

  /** @param deviceId empty for the browser's default */
  async chooseSpeaker(deviceId: string): Promise<void> {
    preferences.speakerId = deviceId;
    await this.client.setOutputDevice(deviceId).catch(() => toasts.show(m.sound_failed()));
  }

  /** @param named of a refusal: whether the recording may say who it was */
  answerConsent(answer: 'granted' | 'refused', named = false): Promise<void> {
    const { recordingId } = this.room.recording ?? {};
    if (!recordingId) return Promise.resolve();
    const said = { recordingId, answer, language: preferences.locale, named };
    return this.attempt(() => this.client.recording.answer(said));
  }

  /** Ends what this browser itself is saying. */
  hushPhrase(): void {
    this.#local.skip();
  }

  async moderateSpeech(command: ModerateSpeech): Promise<void> {
    try {
      await this.client.moderateSpeech(command);
    } catch (error) {
      // Its turn came, or somebody else was quicker.
      const failure = failureOf(error);
      toasts.show(failure === 'NOT_FOUND' ? m.queue_gone() : wordsOf(failure).text);
    }
  }

  /** From here on the phrases of somebody are heard, or only shown. */
  silence(authorId: PeerId, silenced: boolean): void {
    if (!silenced) return void this.silenced.delete(authorId);
    this.silenced.add(authorId);
    if (this.#local.current?.phrase.authorId === authorId) this.hushPhrase();
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
    for (const stop of this.#stops) stop();
    this.#local.close();
    this.#voice.close();
    this.client.leave();
  }

  #serverSpeaks({ language }: Phrase): boolean {
    const { voices, soundLost } = this.client.state;
    return soundLost === null && speaksLanguage(voices, language);
  }

  #wants(authorId: PeerId): boolean {
    return preferences.speaksPhrases && !this.silenced.has(authorId);
  }

  /** Whether the server's voice is heard here when it speaks for this author. */
  #hears(authorId: PeerId): boolean {
    const { soundLost, playbackBlocked } = this.client.state;
    return this.#wants(authorId) && soundLost === null && !playbackBlocked;
  }

  #setVolumes(): void {
    const { current } = this.room.speech;
    const author = this.room.phrases.findLast(({ seq }) => seq === current?.seq)?.authorId;
    const isHeard = author !== undefined && this.#wants(author);
    this.client.setVolumes({
      people: isHeard ? DUCKED : 1,
      voice: isHeard ? preferences.phraseVolume : 0,
    });
  }

  #onSpoken(phrase: Phrase): void {
    this.#heardSeq = phrase.seq;
    const detail = { seq: phrase.seq, text: phrase.text };
    globalThis.dispatchEvent(new CustomEvent('cora:phrase-spoken', { detail }));
  }
}

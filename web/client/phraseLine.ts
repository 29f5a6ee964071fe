import { can, mayWrite, type ErrorCode, type Phrase, type Receipt } from '#protocol';
import type { DataProducer } from 'mediasoup-client/types';
import { Outbox } from './outbox.ts';
import { forbidden, stillPending, withFailure } from './pendingPhrases.ts';
import { PhraseChannel, makeDraft } from './phraseChannel.ts';
import { PhraseFeed } from './phraseFeed.ts';
import { ReceiptSender } from './receiptSender.ts';
import type { PendingPhrase, RoomState } from './roomState.ts';
import type { Ask } from './transportWiring.ts';
import type { Transports } from './transports.ts';

/** For how long a phrase channel may be opening before phrases take the socket. */
const CHANNEL_PATIENCE_MS = 5_000;

interface Refusal {
  readonly draftId: string | null;
  readonly code: ErrorCode;
  readonly retryAfterMs?: number;
}

interface Options {
  readonly signaling: Ask;
  readonly state: () => RoomState;
  readonly update: (change: Partial<RoomState>) => void;
  /** Told of each phrase as it arrives, once and in order. */
  readonly arrived: (phrase: Phrase) => void;
}

/** Phrases out and in: over their channel, or over the socket where that does not open; none lost, none twice. */
export class PhraseLine {
  readonly #options: Options;
  readonly #receipts = new ReceiptSender((receipt) => this.#confirm(receipt));
  #channel = new PhraseChannel(() => this.#showWay());
  #feed: PhraseFeed | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #followsSocket = false;
  /** The way in is on another machine than the room: no channel is missing. */
  #isSocketOnly = false;
  readonly #outbox: Outbox;

  constructor(options: Options) {
    this.#options = options;
    this.#outbox = new Outbox({
      signaling: options.signaling,
      refused: (refusal) => this.rejected(refusal),
    });
  }

  /** Sends a phrase. It is pending until it comes back stamped; returns the name of its draft. */
  send(text: string, language: string): string {
    const draftId = crypto.randomUUID();
    const draft = makeDraft({ draftId, text, language });
    const failure = draft ? null : { code: 'INVALID_MESSAGE' as const };
    const pending: PendingPhrase = { draftId, text, language, failure };
    this.#update({ pendingPhrases: [...this.#state.pendingPhrases, pending] });
    if (draft && this.#hasWay) this.#sendWhatWaits();
    return draftId;
  }

  dismiss(draftId: string): void {
    this.#update({
      pendingPhrases: this.#state.pendingPhrases.filter((it) => it.draftId !== draftId),
    });
  }

  rejected(refusal: Refusal): void {
    this.#update({ pendingPhrases: withFailure(this.#state.pendingPhrases, refusal) });
  }

  /** The connection is back, and the channel was never gone: asks for what the socket missed. */
  resume(): void {
    void this.#feed?.catchUp();
    // The answer to one that was sent over the socket may have been on its way.
    this.#outbox.forget();
    this.#showWay();
  }

  /**
   * A connection stands and the snapshot is in the state: goes on from the last phrase there.
   * @param lastSeq of all that was said; what is missing is asked for
   */
  begin(lastSeq = 0): void {
    this.#outbox.forget();
    const { phrases, pendingPhrases } = this.#state;
    this.#update({ pendingPhrases: stillPending(pendingPhrases, phrases) });
    const feed = new PhraseFeed({
      lastSeq: phrases.at(-1)?.seq ?? 0,
      fetchAfter: async (afterSeq) =>
        (await this.#options.signaling.request('getPhrases', { afterSeq })).phrases,
      take: (fresh) => {
        if (feed === this.#feed) this.#take(fresh);
      },
    });
    this.#feed = feed;
    if (lastSeq > (phrases.at(-1)?.seq ?? 0)) void feed.catchUp();
  }

  /** Takes what comes over these. */
  async openOver(transports: Pick<Transports, 'openPhraseChannel'>): Promise<void> {
    const feed = this.#feed;
    const channel = (this.#channel = new PhraseChannel(() => this.#showWay()));
    this.#bePatient();
    const incoming = await transports.openPhraseChannel();
    this.#isSocketOnly = incoming === null;
    if (!incoming) return this.takeSocket(true);
    channel.receive(incoming, {
      take: (phrase) => feed?.arrived(phrase),
      // What was said before the channel stood went by it.
      opened: () => void feed?.catchUp(),
    });
  }

  /** Sends over this from here on. Null where there is none any more: what it had not brought goes again. */
  sendOver(drafts: DataProducer | null): void {
    if (!drafts) this.#outbox.forget();
    this.#channel.sendOn(drafts);
  }

  /** One's role or the room's settings have changed, and with them the way or the right to write. */
  follow(): void {
    const { pendingPhrases } = this.#state;
    if (!this.#mayWrite && pendingPhrases.some(({ failure }) => !failure)) {
      this.#update({ pendingPhrases: forbidden(pendingPhrases) });
    }
    if (this.#isOnStage && !this.#channel.isOpen) this.#bePatient();
    this.#showWay();
  }

  /** Whether phrases come over the socket too from here on, and go over it where no channel is open. */
  async takeSocket(wanted: boolean): Promise<void> {
    const feed = this.#feed;
    const on = wanted || this.#isSocketOnly;
    await this.#options.signaling.request('followPhrases', { on }).then(
      () => {
        if (feed !== this.#feed) return;
        // What lies in a channel that lets nothing through is said on the socket too, once.
        if (on && !this.#followsSocket) this.#outbox.forget();
        this.#followsSocket = on;
        this.#showWay();
        void feed?.catchUp();
      },
      // The socket went too, and the next connection begins anew.
      () => undefined,
    );
  }

  /** A phrase came over the socket. */
  arrived(phrase: Phrase): void {
    this.#feed?.arrived(phrase);
  }

  /** A phrase was played to the person. */
  heard(seq: number): void {
    this.#receipts.heard(seq);
  }

  /** The connection is gone: what has not come back is sent again on the next one. */
  lost(): void {
    this.#feed = null;
    this.#followsSocket = false;
    this.#closeChannel();
    this.#update({ phrasesOnSocket: false, canSendPhrases: false });
  }

  /** The media side is gone, the connection is not: what it had not brought back goes again. */
  lostChannel(): void {
    this.#outbox.forget();
    this.#closeChannel();
    this.#showWay();
  }

  close(): void {
    this.#closeChannel();
    this.#receipts.close();
  }

  /** A channel that does not open in time is not waited for. */
  #bePatient(): void {
    const channel = this.#channel;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      const isOpen = channel.isReceiving && (channel.isOpen || !this.#isOnStage);
      if (channel === this.#channel && !isOpen) void this.takeSocket(true);
    }, CHANNEL_PATIENCE_MS);
  }

  #closeChannel(): void {
    clearTimeout(this.#patience);
    this.#channel = new PhraseChannel(() => this.#showWay());
  }

  #take(fresh: readonly Phrase[]): void {
    const { phrases, pendingPhrases } = this.#state;
    this.#update({
      phrases: [...phrases, ...fresh],
      pendingPhrases: stillPending(pendingPhrases, fresh),
    });
    for (const phrase of fresh) {
      if (phrase.authorId !== this.#state.me?.peerId) this.#receipts.got(phrase.seq);
      this.#options.arrived(phrase);
    }
  }

  #confirm(receipt: Receipt): void {
    if (this.#channel.isOpen && !this.#followsSocket) return this.#channel.confirm(receipt);
    this.#options.signaling.request('confirmPhrases', receipt).catch(() => undefined);
  }

  #showWay(): void {
    const isOtherWay = this.#followsSocket && !this.#isSocketOnly;
    const phrasesOnSocket = isOtherWay && !this.#channel.isReceiving;
    const canSendPhrases = this.#hasWay;
    const state = this.#state;
    if (phrasesOnSocket !== state.phrasesOnSocket || canSendPhrases !== state.canSendPhrases) {
      this.#update({ phrasesOnSocket, canSendPhrases });
    }
    if (canSendPhrases) this.#sendWhatWaits();
  }

  #sendWhatWaits(): void {
    this.#outbox.send(this.#state.pendingPhrases, this.#writesOnSocket ? null : this.#channel);
  }

  get #isOnStage(): boolean {
    return can(this.#state.me?.role ?? 'audience', 'speak');
  }

  get #mayWrite(): boolean {
    const { me, settings } = this.#state;
    return me !== null && mayWrite(me.role, settings);
  }

  get #hasWay(): boolean {
    return this.#mayWrite && (this.#channel.isOpen || this.#writesOnSocket);
  }

  /** Who only listens has no channel out; in some rooms they write all the same. */
  get #writesOnSocket(): boolean {
    return this.#followsSocket || (this.#feed !== null && !this.#isOnStage);
  }

  get #state(): RoomState {
    return this.#options.state();
  }

  #update(change: Partial<RoomState>): void {
    this.#options.update(change);
  }
}

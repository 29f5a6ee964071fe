import type { ConsumerOptions, Phrase, PhraseDraft, Receipt, Role, RoomCreated } from '#protocol';
import { accessToken } from '#tests/support/rawSocket.ts';
import { Tone } from '#tests/support/tone.ts';
import { nodeDevice } from '#tests/support/webrtc.ts';
import { MediaDevice } from '#web/client/mediaDevice.ts';
import { PhraseChannel } from '#web/client/phraseChannel.ts';
import { ReceiptSender } from '#web/client/receiptSender.ts';
import { Signaling } from '#web/client/signaling.ts';
import type { SoundSample } from '#web/client/soundHealth.ts';
import { Transports } from '#web/client/transports.ts';

export interface VisitorOptions {
  readonly role: Role;
  readonly name: string;
  readonly toneHz?: number;
  /** Whether the tone never rests: a steady one is taken for silence, and hardly sent. */
  readonly hops?: boolean;
  /** Is sent what the others say, and does not decode it: the server's work alone is wanted. */
  readonly deaf?: boolean;
  /** Sent with the handshake, beside the Origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called when the socket is lost. */
  readonly disconnected?: () => void;
  /** Tells the server which phrases came, as a browser does. */
  readonly confirms?: boolean;
}

const HOP_MS = 50;

/** A peer over real sockets, ICE, DTLS and SCTP, in this process, on the browser's own client code. */
export class Visitor {
  readonly signaling: Signaling;
  onPhrase: (phrase: Phrase) => void = () => {};
  readonly #phrases = new PhraseChannel(() => this.#onChannel());
  #onChannel: () => void = () => {};
  #transports: Transports | null = null;
  #tone: Tone | null = null;
  #voice: Tone | null = null;
  readonly #receipts = new ReceiptSender((receipt) => this.#confirm(receipt));
  #hopping: NodeJS.Timeout | undefined;

  static async enter(url: string, room: RoomCreated, options: VisitorOptions): Promise<Visitor> {
    const token = await accessToken(url, room, options.role, options.name);
    const visitor = new Visitor(url, token, options);
    await visitor.#connected;
    await visitor.#openMedia(options);
    return visitor;
  }

  readonly #connected: Promise<void>;

  private constructor(url: string, token: string, options: VisitorOptions) {
    const { deaf = false, headers = {}, disconnected = () => {} } = options;
    const connected = Promise.withResolvers<void>();
    this.#connected = connected.promise;
    this.signaling = new Signaling({
      url,
      accessToken: token,
      headers: { origin: url, ...headers },
      events: {
        connected: connected.resolve,
        disconnected,
        refused: connected.reject,
        heldOff: () => {},
        unreachable: () => {},
        notified: () => {},
        asked: {
          newConsumer: async (consumer) => {
            if (!deaf) await this.#consume(consumer);
            return {};
          },
        },
      },
    });
  }

  /** What the server says in its own voice, once it is announced; not to who is deaf. */
  get voice(): Tone | null {
    return this.#voice;
  }

  /** What has arrived of all sound so far; nothing before there is a way for it. */
  async soundSample(): Promise<SoundSample | null> {
    return (await this.#transports?.soundSample()) ?? null;
  }

  say(draft: PhraseDraft): void {
    this.#phrases.send(draft);
  }

  close(): void {
    this.#transports?.close();
    clearInterval(this.#hopping);
    this.#tone?.close();
    this.#voice?.close();
    this.#receipts.close();
    this.signaling.close();
  }

  #hop(toneHz: number): void {
    this.#tone?.tuneTo(toneHz * (1 + Math.random()));
  }

  async #consume(options: ConsumerOptions): Promise<void> {
    const consumer = await this.#transports?.consume(options);
    if (consumer && options.peerId === null && options.slot === undefined)
      this.#voice = Tone.heardOn(consumer.track);
  }

  #confirm(receipt: Receipt): void {
    if (this.#phrases.isOpen) return this.#phrases.confirm(receipt);
    this.signaling.request('confirmPhrases', receipt).catch(() => undefined);
  }

  async #openMedia(options: VisitorOptions): Promise<void> {
    const { role, toneHz, hops = false, confirms = false, deaf = false } = options;
    const { routerRtpCapabilities } = await this.signaling.request('join', {});
    if (!routerRtpCapabilities) throw new Error('the server does not say what it routes');
    const transports = await Transports.open({
      signaling: this.signaling,
      device: await MediaDevice.ready(routerRtpCapabilities, await nodeDevice()),
      onState: () => {},
    });
    this.#transports = transports;
    const channel = await transports.openPhraseChannel();
    if (!channel) throw new Error('phrases come over the socket only');
    this.#phrases.receive(channel, {
      take: (phrase) => {
        this.onPhrase(phrase);
        if (confirms) this.#receipts.got(phrase.seq);
      },
    });
    if (!deaf) for (const consumer of transports.consumers) void this.#consume(consumer);
    if (role === 'audience') return;
    const drafts = await transports.openSending();
    await new Promise<void>((resolve) => {
      this.#onChannel = () => this.#phrases.isOpen && resolve();
      this.#phrases.sendOn(drafts);
    });
    if (toneHz === undefined) return;
    this.#tone = Tone.playing(toneHz);
    await transports.useMicrophone(this.#tone.track, () => ({ muted: false, mutes: 0 }));
    if (hops) this.#hopping = setInterval(() => this.#hop(toneHz), HOP_MS);
  }
}

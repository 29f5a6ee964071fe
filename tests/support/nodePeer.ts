import { setTimeout as delay } from 'node:timers/promises';
import {
  clientRequests,
  type ClientRequests,
  type ConsumerOptions,
  type Handlers,
  type Listening,
  type Phrase,
  type PhraseDraft,
  type Role,
  type RoomId,
  type RoomSnapshot,
  type RtpCapabilities,
  type PeerId,
  type ServerNotificationName,
  type ServerNotifications,
} from '#protocol';
import { makePeerId } from '#server/ids.ts';
import { PeerSession } from '#server/session/peerSession.ts';
import type { ClientChannel, Clock } from '#server/session/ports.ts';
import { PhraseChannel } from '#web/client/phraseChannel.ts';
import { MediaDevice } from '#web/client/mediaDevice.ts';
import { Transports, type Ask } from '#web/client/transports.ts';
import type { DataProducer } from 'mediasoup-client/types';
import * as v from 'valibot';
import { invitedAs } from './builders.ts';
import { Tone } from './tone.ts';
import { nodeDevice } from './webrtc.ts';

/** Calls the handlers as the socket layer would, without a socket between. */
function askDirectly(
  handlers: Handlers<ClientRequests, PeerSession>,
  session: PeerSession,
): Ask['request'] {
  return async (name, input) => {
    const checked = v.parse(clientRequests[name].input, JSON.parse(JSON.stringify(input)));
    const handler = handlers[name] as (caller: PeerSession, input: unknown) => unknown;
    return (await handler(session, checked)) as never;
  };
}

/** Lets this end believe that the other takes messages of 16 MiB. */
function claimingAnySize(ask: Ask['request']): Ask['request'] {
  return (async (name: string, input: never) => {
    const answer = (await ask(name as never, input)) as Record<string, object>;
    if (name !== 'createTransport') return answer;
    const sctpParameters = { ...answer['sctpParameters'], maxReceiveMessageSize: 2 ** 24 };
    return { ...answer, sctpParameters };
  }) as Ask['request'];
}

const ROOM_VOICE = 'room-voice' as PeerId;

export interface NodePeerOptions {
  handlers: Handlers<ClientRequests, PeerSession>;
  clock: Clock;
  roomId: RoomId;
  role: Role;
  displayName: string;
  /** With it the way in comes with the answer to `join`. */
  routerRtpCapabilities?: RtpCapabilities;
  /** Of somebody who was here before. */
  peerId?: PeerId;
  /** Sends messages of any size, whatever the server says that it takes. */
  heedsNoSize?: boolean;
  /** Stands between the peer and the server's answers. */
  tamper?: (ask: Ask['request']) => Ask['request'];
}

/** A real WebRTC peer in this process: ICE, DTLS, SRTP, Opus and SCTP against a real worker. */
export class NodePeer {
  readonly session: PeerSession;
  readonly peerId: PeerId;
  readonly phrases: Phrase[] = [];
  readonly notifications: { name: string; body: unknown }[] = [];
  /** What comes of each microphone by itself. */
  readonly heard = new Map<PeerId, Tone>();
  /** What comes in each slot of the stage. */
  readonly slots: Tone[] = [];
  /** What the server says in its own voice, once it is announced. */
  get voice(): Tone | undefined {
    return this.heard.get(ROOM_VOICE);
  }

  /** What is heard of somebody, by themselves or in the slot that they are in. */
  toneOf(peerId: PeerId): Tone | undefined {
    const slot = (this.told('slotsChanged').at(-1)?.slots ?? this.#firstSlots).indexOf(peerId);
    return this.heard.get(peerId) ?? this.slots[slot];
  }

  readonly #ask: Ask;
  readonly #channel: PhraseChannel;
  readonly #waiting = new Set<() => void>();
  #routerRtpCapabilities: RtpCapabilities | undefined;
  #device: Promise<MediaDevice> | null = null;
  #firstSlots: readonly (PeerId | null)[] = [];
  readonly #opened = Promise.withResolvers<void>();
  #transports: Transports | null = null;
  #drafts: DataProducer | null = null;

  constructor(options: NodePeerOptions) {
    this.peerId = options.peerId ?? makePeerId();
    const channel: ClientChannel = {
      request: async (_name, consumer) => {
        // It may overtake the answer that it follows.
        await this.#opened.promise;
        await this.#consume(consumer);
        return {} as never;
      },
      notify: (name, body) => {
        this.notifications.push({ name, body });
        this.#changed();
      },
      notifyAll: (channels, name, body) => {
        for (const it of channels) it.notify(name, body);
      },
      close: () => {},
    };
    this.session = new PeerSession({
      identity: {
        roomId: options.roomId,
        peerId: this.peerId,
        displayName: options.displayName,
        role: options.role,
        invitationId: invitedAs(options.role),
        expiresAt: Number.MAX_SAFE_INTEGER,
      },
      channel,
      clock: options.clock,
    });
    this.#routerRtpCapabilities = options.routerRtpCapabilities;
    const ask = askDirectly(options.handlers, this.session);
    const tamper = options.tamper ?? ((it) => it);
    this.#ask = { request: tamper(options.heedsNoSize ? claimingAnySize(ask) : ask) };
    this.#channel = new PhraseChannel(() => this.#changed());
  }

  async join(): Promise<RoomSnapshot> {
    const isReady = this.#routerRtpCapabilities !== undefined;
    const listen = isReady ? (await this.#ready()).listen : {};
    const snapshot = await this.#ask.request('join', listen);
    this.#firstSlots = snapshot.slots;
    this.#routerRtpCapabilities ??= snapshot.routerRtpCapabilities;
    await this.#openTransports(snapshot.listening);
    return snapshot;
  }

  #ready(): Promise<MediaDevice> {
    this.#device ??= nodeDevice().then((device) =>
      MediaDevice.ready(this.#routerRtpCapabilities!, device),
    );
    return this.#device;
  }

  async #openTransports(listening?: Listening): Promise<void> {
    const transports = await Transports.open({
      ...{ signaling: this.#ask, device: await this.#ready(), listening },
      onState: () => {},
    });
    this.#transports = transports;
    this.#opened.resolve();
    const phrases = await transports.openPhraseChannel();
    if (!phrases) throw new Error('phrases come over the socket');
    this.#channel.receive(phrases, {
      take: (phrase) => {
        this.phrases.push(phrase);
        this.#changed();
      },
    });
    await Promise.all(transports.consumers.map((consumer) => this.#consume(consumer)));
  }

  async #consume(consumer: ConsumerOptions): Promise<void> {
    const { track } = await this.#required().consume(consumer);
    const tone = Tone.heardOn(track);
    if (consumer.slot === undefined) this.heard.set(consumer.peerId ?? ROOM_VOICE, tone);
    else this.slots[consumer.slot] = tone;
  }

  /** As the client does after `mediaLost`: the same person with new transports, and nothing to send yet. */
  async rebuild(): Promise<void> {
    this.#transports?.close();
    await this.#ask.request('restartMedia', {});
    await this.#openTransports();
  }

  /** Opens the way out for phrases and, with a tone, for sound. */
  async send(tone?: Tone): Promise<void> {
    this.#drafts = await this.#required().openSending();
    this.#channel.sendOn(this.#drafts);
    if (tone) await this.connectMicrophone(tone);
    await this.until(() => this.#channel.isOpen);
  }

  async connectMicrophone(tone: Tone): Promise<void> {
    await this.#required().useMicrophone(tone.track, () => ({ muted: false, mutes: 0 }));
  }

  /** As the client does when its device goes away. */
  async disconnectMicrophone(): Promise<void> {
    this.#required().closeMicrophone();
    await this.request('stopProducing', {});
  }

  /** The bodies of the notifications called `name`, oldest first. */
  told<Name extends ServerNotificationName>(
    name: Name,
  ): v.InferOutput<ServerNotifications[Name]>[] {
    return this.notifications.flatMap((it) => (it.name === name ? [it.body as never] : []));
  }

  say(draft: PhraseDraft): void {
    this.#channel.send(draft);
  }

  /** Sends what stands there on the phrase channel, a string as text and bytes as bytes. */
  sayRaw(message: string | Uint8Array<ArrayBuffer>): void {
    this.#drafts?.send(message as string);
  }

  request: Ask['request'] = (name, input) => this.#ask.request(name, input);

  /** Waits for a phrase, a notification or the phrase channel to make `holds` true. */
  async until(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (!holds()) {
      deadline.throwIfAborted();
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.add(resolve)),
        // Sound changes without an event; so it is looked at again, too.
        delay(50, undefined, { ref: false }),
      ]);
    }
  }

  close(): void {
    this.#transports?.close();
    for (const tone of [...this.heard.values(), ...this.slots]) tone.close();
    this.session.leave();
  }

  #required(): Transports {
    if (!this.#transports) throw new Error('join first');
    return this.#transports;
  }

  #changed(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

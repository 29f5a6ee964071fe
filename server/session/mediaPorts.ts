import type {
  AudienceSound,
  ConnectionTest,
  ConsumerId,
  ConsumerOptions,
  DataProducerId,
  DtlsParameters,
  IceParameters,
  Listen,
  Listening,
  PeerId,
  Phrase,
  ProbeEnds,
  ProbeTally,
  ProducerId,
  RoomId,
  RtpCapabilities,
  RtpParameters,
  SctpStreamParameters,
  TransportId,
  TransportOptions,
} from '#protocol';

// Sound and phrases on their way through WebRTC. Part of ports.ts, which exports all of it.

/** Makes the media side of rooms. */
export interface MediaEngine {
  /** What every room routes. */
  readonly rtpCapabilities: RtpCapabilities;
  openRoom(roomId: RoomId, events: MediaRoomEvents): Promise<MediaRoom>;
}

export interface MediaRoomEvents {
  /** Loudest first. An empty list means silence. dBov, -127 to 0. */
  levels(levels: readonly { producerId: ProducerId; dBov: number }[]): void;
  dominantSpeaker(producerId: ProducerId): void;
  /** Whose microphones the audience hears, slot by slot; null where nobody's. */
  slotsChanged(holders: readonly (ProducerId | null)[]): void;
  /** The media side is gone (its worker died) and nothing of the room can be saved. */
  died(): void;
}

export interface MediaRoom {
  addPeer(peerId: PeerId, events: MediaPeerEvents): MediaPeer;
  /** Where the server itself is heard. */
  readonly voice: MediaVoice;
  /** Sends to everyone whose phrase channel is open. */
  broadcastPhrase(phrase: Phrase): void;
  /** From here on, also while people listen. */
  setAudienceSound(sound: AudienceSound): void;
  /** Hands a Producer's packets to `sink` until either is closed. */
  tapAudio(producerId: ProducerId, sink: AudioSink): Promise<AudioTap>;
  /** Idempotent; closes every peer and tap. */
  close(): void;
}

/** A Producer of the server's own: Opus, 48 kHz, mono. */
export interface MediaVoice {
  readonly producerId: ProducerId;
  /**
   * Sends one Opus packet; without effect once the media side is gone.
   * @param at.timestamp in samples; the marker begins a talkspurt (RFC 3551 section 4.1)
   * @returns the RTP packet, for whoever records it
   */
  send(opus: Uint8Array, at: { timestamp: number; marker: boolean }): Uint8Array;
}

export interface MediaPeerEvents {
  /** Raw bytes from the peer's phrase channel, at most PHRASE_MAX_BYTES. */
  phraseMessage(message: Uint8Array): void;
  /** The speaker's Producer ended, or `closeConsumer` did it; not with the peer's own transports. */
  consumerClosed(consumerId: ConsumerId): void;
  /** More arrives of the peer's microphone than can be sound. Told once a microphone. */
  soundFlooded(): void;
  /** Whether anything of this peer still answers ICE's checks (RFC 7675), as soon as that changes. */
  reachable(isReachable: boolean): void;
  /** What this peer has is gone while the room's media goes on: another worker, or machine, had it. */
  mediaLost(): void;
}

/** Milliseconds without an answer to ICE's checks until a peer is said to be unreachable. */
export const ICE_PATIENCE_MS = 10_000;

/** The server's end of a transport. Which servers help a browser to reach it is no matter of media. */
export type MediaTransport = Omit<TransportOptions, 'iceServers'>;

/** What somebody hears of the stage: its slots, or each microphone by itself. */
export type Hearing = 'slots' | 'microphones';

/** A way in as media knows it. */
export type MediaListening = Omit<Listening, 'transport'> & { readonly transport: MediaTransport };

/** One peer's transports and what flows through them. Rejects with ProtocolError only. */
export interface MediaPeer {
  /**
   * Opens the way in. Its Consumers are not paused: of the room's voice, and with `slots` those of the
   * stage's slots. What somebody hears by microphones is asked for with `consume`.
   */
  listen(options: Listen & { readonly hearing: Hearing }): Promise<MediaListening>;
  /** Makes Consumers of the slots for one who has none: paused, until `hear('slots')`. */
  consumeSlots(): Promise<ConsumerOptions[]>;
  /**
   * Changes from one to the other at once: Consumers of the kind that is not heard are paused, those of the other
   * resumed that were acknowledged (`resumeConsumer`). Rejects with WRONG_STATE where this way in carries slots only:
   * it has to be built anew.
   */
  hear(hearing: Hearing): Promise<void>;
  /** Opens the way out. */
  createTransport(): Promise<MediaTransport>;
  connectTransport(transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void>;
  /** What a client needs to find a transport's way anew (RFC 8445 section 9). */
  restartIce(transportId: TransportId): Promise<IceParameters>;
  produce(options: { rtpParameters: RtpParameters; muted: boolean }): Promise<ProducerId>;
  /** Disconnects the microphone; without effect when there is none. */
  closeMicrophone(): void;
  produceData(sctpStreamParameters: SctpStreamParameters): Promise<DataProducerId>;
  /**
   * A microphone, for one who listens. Paused until `resumeConsumer`, or not at all where it is among the first.
   * Above a number of microphones only the loudest are sent on, whatever is asked here.
   */
  consume(options: {
    producerId: ProducerId;
    peerId: PeerId;
    paused: boolean;
  }): Promise<ConsumerOptions>;
  /** The client has it: from here on it is sent, where one hears microphones. */
  resumeConsumer(consumerId: ConsumerId): Promise<void>;
  /** Without effect when it is gone. */
  closeConsumer(consumerId: ConsumerId): void;
  setMuted(muted: boolean): Promise<void>;
  /** Ends all that comes from this peer, its transport too; without effect when there is none. */
  closeSending(): void;
  /** Drops what the peer sends on its phrase channel where it arrives; without effect without one. */
  setPhrasesPaused(paused: boolean): void;
  /** Idempotent. */
  close(): void;
}

/** Where tapped sound goes. Neither method may throw or wait. */
export interface AudioSink {
  /** One RTP packet (RFC 3550) with its header; timestamps are the sender's own. */
  rtp(packet: Uint8Array): void;
  senderReport(report: SenderReport): void;
}

/** The part of an RTCP sender report that ties the sender's clocks together (RFC 3550 section 6.4.1). */
export interface SenderReport {
  readonly ntpSeconds: number;
  /** In units of 2**-32 s. */
  readonly ntpFraction: number;
  readonly rtpTimestamp: number;
}

export interface AudioTap {
  /** Idempotent. */
  close(): void;
}

/** Makes connection tests, each alone on a Router of its own. */
export interface ProbeEngine {
  openProbe(): Promise<ConnectionProbe>;
}

/** The server's side of a connection test: counts what comes and answers it. */
export interface ConnectionProbe {
  readonly ends: Pick<ConnectionTest, 'routerRtpCapabilities' | 'answers'> & {
    readonly send: MediaTransport;
    readonly receive: MediaTransport;
  };
  /** Once. @throws ProtocolError */
  connect(ends: ProbeEnds): Promise<DataProducerId>;
  readonly tally: ProbeTally;
  /** Idempotent. */
  close(): void;
}

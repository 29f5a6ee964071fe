import { ProtocolError, briefly, can, type ClientRequests, type Handlers } from '#protocol';
import { moderationHandlers } from './moderationHandlers.ts';
import type { PeerSession } from './peerSession.ts';
import type { IceServers, MediaTransport } from './ports.ts';
import type { RoomRegistry } from './roomRegistry.ts';

/** What each request does, once the gate has let it through and its input fits the schema. */
export function createHandlers(
  registry: RoomRegistry,
  iceServers: IceServers,
): Handlers<ClientRequests, PeerSession> {
  const withIceServers = <Listening extends { readonly transport: MediaTransport }>(
    { peerId }: PeerSession,
    { transport, ...rest }: Listening,
  ) => ({ ...rest, transport: { ...transport, iceServers: iceServers.for(peerId) } });

  return {
    join: async (session, { consent, rtpCapabilities, ...end }) => {
      const { listening, ...snapshot } = await registry.join(session, {
        ...(consent && { consent }),
        ...(rtpCapabilities && { listen: { rtpCapabilities, ...end } }),
      });
      if (!listening) return snapshot;
      return { ...snapshot, listening: withIceServers(session, listening) };
    },

    listen: async (session, options) =>
      withIceServers(session, await session.seat.room.desks.hearing.listen(session, options)),

    createTransport: async (session) => {
      if (!can(session.role, 'speak')) {
        throw new ProtocolError('FORBIDDEN', 'this role sends nothing');
      }
      const { media } = session.seat;
      const transport = await session.inSlot('wayOut', () => media.createTransport());
      return { ...transport, iceServers: iceServers.for(session.peerId) };
    },

    connectTransport: async (session, { transportId, dtlsParameters }) => {
      await session.seat.media.connectTransport(transportId, dtlsParameters);
      return {};
    },

    produce: async (session, options) => {
      const { room } = session.seat;
      const producerId = await session.inSlot('microphone', () =>
        room.desks.microphones.connect(session, options),
      );
      return { producerId };
    },

    produceData: async (session, { sctpStreamParameters }) => {
      const { media } = session.seat;
      const dataProducerId = await session.inSlot('phraseDrafts', () =>
        media.produceData(sctpStreamParameters),
      );
      return { dataProducerId };
    },

    stopProducing: (session) => {
      session.seat.room.desks.microphones.disconnect(session);
      return {};
    },

    getPhrases: (session, { afterSeq }) => ({
      phrases: session.seat.room.phrasesAfter(afterSeq),
    }),

    sendPhrase: (session, draft) => {
      session.seat.room.desks.phrases.intake.draft(session, draft);
      return {};
    },

    followPhrases: (session, { on }) => {
      session.seat.followsPhrases = on;
      return {};
    },

    confirmPhrases: (session, receipt) => {
      session.seat.room.desks.phrases.intake.receipt(session, receipt);
      return {};
    },

    moderateSpeech: (session, command) => {
      session.seat.room.desks.phrases.moderate(command);
      return {};
    },

    restartMedia: async (session) => {
      await session.seat.room.desks.peersMedia.restart(session);
      return {};
    },

    restartIce: async (session, { transportId }) => ({
      iceParameters: await session.seat.media.restartIce(transportId),
      iceServers: iceServers.for(session.peerId),
    }),

    echo: () => ({}),

    setMuted: async (session, { muted, mutes = 0 }) => {
      await session.seat.room.desks.microphones.setMuted(session, muted, mutes);
      return {};
    },

    listAudience: (session, asked) => {
      const { people, ...rest } = session.seat.room.listAudience(asked);
      return { ...rest, people: people.map(briefly) };
    },

    ...moderationHandlers(),

    startRecording: (session) => session.seat.room.startRecording(session),

    stopRecording: async (session) => {
      await session.seat.room.desks.recording.stop('stopped');
      return {};
    },

    pauseRecording: (session) => {
      session.seat.room.desks.recording.pause();
      return {};
    },

    resumeRecording: (session) => {
      session.seat.room.desks.recording.resume();
      return {};
    },

    addMarker: (session, { label }) => {
      session.seat.room.desks.recording.marker(label ?? '');
      return {};
    },

    answerConsent: (session, answer) => {
      session.seat.room.desks.recording.answer(session.peerId, answer);
      return {};
    },

    leave: (session) => {
      session.leave();
      return {};
    },
  };
}

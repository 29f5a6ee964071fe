import { ProtocolError, can, type ClientRequests, type Handlers } from '#protocol';
import { moderationHandlers } from './moderationHandlers.ts';
import type { PeerSession } from './peerSession.ts';
import type { IceServers } from './ports.ts';
import type { RoomRegistry } from './roomRegistry.ts';

/** What each request does, once the gate has let it through and its input fits the schema. */
export function createHandlers(
  registry: RoomRegistry,
  iceServers: IceServers,
): Handlers<ClientRequests, PeerSession> {
  return {
    join: (session, { consent }) => registry.join(session, consent),

    createTransport: async (session, { direction }) => {
      const { role } = session;
      if (direction === 'send' && !can(role, 'speak') && !can(role, 'sendPhrase')) {
        throw new ProtocolError('FORBIDDEN', 'this role sends nothing');
      }
      const { media } = session.seat;
      const transport = await session.inSlot(`${direction}Transport`, () =>
        media.createTransport(direction),
      );
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

    startReceiving: async (session, { rtpCapabilities }) => {
      const { room, media } = session.seat;
      const phraseChannel = await session.inSlot('phraseChannel', () => media.openPhraseChannel());
      room.startReceiving(session, rtpCapabilities);
      return { phraseChannel };
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

import type { Handlers, ModerationRequests } from '#protocol';
import type { PeerSession } from './peerSession.ts';

const desksOf = (session: PeerSession) => session.seat.room.desks;

/** What each request about the stage and the order of a room does, past the gate and its schema. */
export function moderationHandlers(): Handlers<ModerationRequests, PeerSession> {
  return {
    raiseHand: (session) => {
      desksOf(session).stage.raiseHand(session);
      return {};
    },

    lowerHand: (session) => {
      desksOf(session).stage.lowerHand(session);
      return {};
    },

    answerFloor: (session, { accept }) => {
      desksOf(session).stage.answerFloor(session, accept);
      return {};
    },

    giveFloor: (session, { peerId }) => {
      desksOf(session).stage.giveFloor(peerId);
      return {};
    },

    callNext: (session, { order }) => ({ peerId: desksOf(session).stage.callNext(order) }),

    lowerHandOf: (session, { peerId }) => {
      desksOf(session).stage.lowerHandOf(peerId);
      return {};
    },

    setRole: (session, { peerId, role }) => {
      desksOf(session).stage.setRole(peerId, role);
      return {};
    },

    handOver: (session, { peerId }) => {
      desksOf(session).stage.handOver(session, peerId);
      return {};
    },

    mutePeer: (session, { peerId }) => {
      desksOf(session).stage.mute(peerId);
      return {};
    },

    muteOthers: (session) => {
      desksOf(session).stage.muteOthers(session);
      return {};
    },

    kick: (session, { peerId }) => {
      desksOf(session).order.kick(session, peerId);
      return {};
    },

    ban: (session, { peerId, ...options }) => {
      desksOf(session).order.ban(session, peerId, options);
      return {};
    },

    unban: (session, { peerId }) => {
      desksOf(session).order.unban(peerId);
      return {};
    },

    admit: (session, { peerId }) => {
      desksOf(session).order.admit(peerId);
      return {};
    },

    admitAll: (session) => {
      desksOf(session).order.admitAll();
      return {};
    },

    turnAway: (session, { peerId }) => {
      desksOf(session).order.turnAway(peerId);
      return {};
    },

    changeSettings: (session, change) => {
      desksOf(session).order.changeSettings(change);
      return {};
    },
  };
}

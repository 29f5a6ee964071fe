import { PHRASE_LOG, type InvitationId, type PeerId, type Phrase } from '#protocol';
import type { Ban } from '../domain/bans.ts';
import type { StoredInvitation } from '../domain/invitations.ts';
import type { Standing } from '../domain/standings.ts';
import type { OpenCopy, RoomCopy, RoomRecord } from '../session/ports.ts';

/**
 * What is to be done to a room in Redis: a command's name, the part of the room, the rest. Doing it twice is
 * doing it once, since an answer may be lost.
 */
export type Command = readonly [name: string, part: string, ...rest: string[]];

/** The parts of a room beside the room itself, whose part is empty. */
export const PARTS = ['invitations', 'uses', 'bans', 'standings', 'phrases'] as const;
type Part = (typeof PARTS)[number];

/** Of one command, which Redis takes as arguments. */
const FIELDS = 100;

const set = (part: Part | '', ...fields: [field: string, value: unknown][]): Command => [
  'HSET',
  part,
  ...fields.flatMap(([field, value]) => [field, JSON.stringify(value)]),
];

export const putRecord = ({ roomName, settings }: RoomRecord): Command =>
  set('', ['record', { roomName, settings }]);
export const putCreated = (createdAt: number): Command => set('', ['createdAt', createdAt]);
export const putInvitation = (invitation: StoredInvitation): Command =>
  set('invitations', [invitation.invitationId, invitation]);
const putUses = (uses: RoomCopy['uses']): Command => [
  'SADD',
  'uses',
  ...uses.map(({ invitationId, peerId }) => `${invitationId} ${peerId}`),
];
export const putUse = (invitationId: InvitationId, peerId: PeerId): Command =>
  putUses([{ invitationId, peerId }]);
export const putBan = (ban: Ban): Command => set('bans', [ban.peerId, ban]);
export const removeBan = (peerId: PeerId): Command => ['HDEL', 'bans', peerId];
export const putOpen = (open: Pick<OpenCopy, 'logId' | 'speech'>): Command =>
  set('', ['open', { logId: open.logId, speech: open.speech }]);
export const putStanding = (peerId: PeerId, standing: Standing): Command =>
  set('standings', [peerId, standing]);

export function putPhrase(phrase: Phrase): Command[] {
  const last = phrase.seq - PHRASE_LOG;
  const put = set('phrases', [String(phrase.seq), phrase]);
  return last > 0 ? [put, ['HDEL', 'phrases', String(last)]] : [put];
}

/** Everybody has left. */
export const CLOSED: readonly Command[] = [
  ['HDEL', '', 'open'],
  ['DEL', 'standings'],
  ['DEL', 'phrases'],
];

/** All of a room, in place of what there was. */
export function toCommands(copy: RoomCopy): Command[] {
  const { record, createdAt, invitations, uses, bans, open } = copy;
  const invited = invitations.map((it) => [it.invitationId, it] as [string, unknown]);
  const banned = bans.map((ban) => [ban.peerId, ban] as [string, unknown]);
  return [
    ...PARTS.map((part): Command => ['DEL', part]),
    ['HDEL', '', 'open'],
    putRecord(record),
    putCreated(createdAt),
    ...putGroups('invitations', invited),
    ...inGroups(uses).map(putUses),
    ...putGroups('bans', banned),
    ...(open ? openCommands(open) : []),
  ];
}

function openCommands(open: OpenCopy): Command[] {
  const standings = open.standings.map(([peerId, it]) => [peerId, it] as [string, unknown]);
  const phrases = open.phrases.map((it) => [String(it.seq), it] as [string, unknown]);
  return [putOpen(open), ...putGroups('standings', standings), ...putGroups('phrases', phrases)];
}

function putGroups(part: Part, fields: readonly [string, unknown][]): Command[] {
  return inGroups(fields).map((group) => set(part, ...group));
}

function inGroups<T>(all: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < all.length; at += FIELDS) groups.push(all.slice(at, at + FIELDS));
  return groups;
}

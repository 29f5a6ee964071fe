import {
  ApprovalSchema,
  ErrorCodeSchema,
  InvitationIdSchema,
  PeerIdSchema,
  PhraseSchema,
  RoleSchema,
  RoomSettingsSchema,
  ShownRoomNameSchema,
  type Phrase,
  type RoomId,
} from '#protocol';
import * as v from 'valibot';
import type { StoredInvitation } from '../domain/invitations.ts';
import type { OpenCopy, RoomCopy } from '../session/ports.ts';
import type { RedisLink } from './redisLink.ts';
import { PARTS } from './roomCommands.ts';
import { roomKey } from './scripts.ts';

const RecordSchema = v.object({ roomName: ShownRoomNameSchema, settings: RoomSettingsSchema });
const OpenSchema = v.object({
  logId: v.string(),
  speech: v.nullable(v.object({ approval: ApprovalSchema, held: v.boolean() })),
});
const InvitationSchema = v.object({
  invitationId: InvitationIdSchema,
  role: RoleSchema,
  label: v.string(),
  createdAt: v.number(),
  expiresAt: v.number(),
  maxUses: v.nullable(v.number()),
  uses: v.number(),
  revokedAt: v.nullable(v.number()),
});
const BanSchema = v.object({
  peerId: PeerIdSchema,
  displayName: v.string(),
  atMs: v.number(),
  untilMs: v.number(),
  code: ErrorCodeSchema,
});
const StandingSchema = v.object({
  role: v.nullable(RoleSchema),
  invitedAs: RoleSchema,
  invitationId: v.nullable(InvitationIdSchema),
  mutes: v.number(),
});

/**
 * All that Redis has of a room. What is damaged is left out, and the room with its record.
 * @returns null where it has none
 */
export async function readRoom(link: RedisLink, roomId: RoomId): Promise<RoomCopy | null> {
  const key = roomKey(roomId);
  const answers = await link.ask([
    ['HGETALL', key],
    ...PARTS.map((part) => [part === 'uses' ? 'SMEMBERS' : 'HGETALL', `${key}:${part}`]),
  ]);
  const [room, invitations, uses, bans, standings, phrases] = answers.map(
    (answer) => answer as string[],
  ) as [string[], string[], string[], string[], string[], string[]];
  const fields = new Map(pairs(room));
  const record = read(RecordSchema, fields.get('record'));
  if (!record) return null;
  const open = read(OpenSchema, fields.get('open'));
  return {
    record: { roomId, ...record },
    createdAt: read(v.number(), fields.get('createdAt')) ?? 0,
    invitations: toInvitations(invitations),
    uses: toUses(uses),
    bans: pairs(bans).flatMap(([, text]) => {
      const ban = read(BanSchema, text);
      return ban ? [{ roomId, ...ban }] : [];
    }),
    open: open && toOpen(open, { standings, phrases }),
  };
}

function toInvitations(answer: string[]): StoredInvitation[] {
  const all = pairs(answer).flatMap(([, text]) => read(InvitationSchema, text) ?? []);
  return all.toSorted((a, b) => a.createdAt - b.createdAt);
}

function toUses(answer: string[]): RoomCopy['uses'] {
  const UseSchema = v.tuple([InvitationIdSchema, PeerIdSchema]);
  return answer.flatMap((text) => {
    const use = v.safeParse(UseSchema, text.split(' '));
    return use.success ? [{ invitationId: use.output[0], peerId: use.output[1] }] : [];
  });
}

function toOpen(
  open: v.InferOutput<typeof OpenSchema>,
  { standings, phrases }: { standings: string[]; phrases: string[] },
): OpenCopy {
  const said: Phrase[] = pairs(phrases).flatMap(([, text]) => read(PhraseSchema, text) ?? []);
  return {
    ...open,
    phrases: said.toSorted((a, b) => a.seq - b.seq),
    standings: pairs(standings).flatMap(([key, text]) => {
      const peerId = v.safeParse(PeerIdSchema, key);
      const standing = read(StandingSchema, text);
      return peerId.success && standing ? [[peerId.output, standing] as const] : [];
    }),
  };
}

/** What HGETALL answers: field and value by turns. */
function pairs(answer: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let at = 0; at + 1 < answer.length; at += 2) {
    result.push([answer[at] as string, answer[at + 1] as string]);
  }
  return result;
}

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string | undefined,
): v.InferOutput<Schema> | null {
  try {
    return v.parse(schema, JSON.parse(text ?? 'null'));
  } catch {
    return null;
  }
}

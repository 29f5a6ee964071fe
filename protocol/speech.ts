import * as v from 'valibot';
import type { PeerId } from './ids.ts';
import { ShownNameSchema } from './phrases.ts';
import { timeMs } from './values.ts';

const seq = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 32));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e6));
const ms = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000));
/** More phrases than can wait in a minute of speech. */
const MAX_WAITING = 200;

/** Whose phrases a moderator lets through before they are spoken: nobody's, a newcomer's first, all. */
export const ApprovalSchema = v.picklist(['none', 'first', 'all']);
export type Approval = v.InferOutput<typeof ApprovalSchema>;

/** The phrase that the server is speaking. */
export const SpokenSchema = v.strictObject({
  seq,
  /** Milliseconds since 1970, by the server's clock. */
  startedAt: timeMs,
  durationMs: ms,
  /** Milliseconds from its start to the text: before that its author's name is said. */
  textAtMs: ms,
  /** When each word begins: UTF-16 index in the text, ms from the start. Empty when unknown. */
  words: v.pipe(v.array(v.tuple([count, ms])), v.maxLength(300)),
});
export type Spoken = v.InferOutput<typeof SpokenSchema>;

/** What the room's voice is doing. */
export const SpeechSchema = v.strictObject({
  approval: ApprovalSchema,
  /** A moderator has put phrases on hold: they wait. */
  held: v.boolean(),
  current: v.nullable(SpokenSchema),
  /** Numbers of the phrases that wait for their turn, the next one first. */
  waiting: v.pipe(v.array(seq), v.maxLength(MAX_WAITING)),
  /** Numbers of those that wait for a moderator's yes. */
  unapproved: v.pipe(v.array(seq), v.maxLength(MAX_WAITING)),
});
export type Speech = v.InferOutput<typeof SpeechSchema>;

/** Why a phrase was shown but not spoken. */
export const UnspokenReasonSchema = v.picklist(['queueFull', 'skipped', 'noVoice', 'failed']);
export type UnspokenReason = v.InferOutput<typeof UnspokenReasonSchema>;

/** Languages in which the server speaks (RFC 5646, without regions); for others browsers may. */
export const VoicesSchema = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(2), v.maxLength(8))),
  v.maxLength(200),
);

/** Whether there is a voice for a language: one of any region. */
export function speaksLanguage(voices: readonly string[], tag: string): boolean {
  const [base = ''] = tag.toLowerCase().split('-');
  return voices.includes(base);
}

/** What a moderator does to the queue of phrases. */
export const ModerateSpeechSchema = v.variant('action', [
  v.strictObject({ action: v.picklist(['hold', 'release']) }),
  /** Ends the one being spoken, or takes one out of the queue: also one that waits for a yes. */
  v.strictObject({ action: v.literal('skip'), seq }),
  v.strictObject({ action: v.literal('approve'), seq }),
  /** To a place in `waiting`, 0 being the next. */
  v.strictObject({ action: v.literal('move'), seq, place: count }),
  v.strictObject({ action: v.literal('setApproval'), approval: ApprovalSchema }),
]);
export type ModerateSpeech = v.InferOutput<typeof ModerateSpeechSchema>;

/** How many phrases one receipt may speak of. */
export const RECEIPT_MAX = 50;
/** A client's word on what reached it: sent on its phrase channel, or over the socket without one. */
export const ReceiptSchema = v.strictObject({
  /** Shown here. */
  got: v.pipe(v.array(seq), v.maxLength(RECEIPT_MAX)),
  /** Played to the person here. */
  heard: v.pipe(v.array(seq), v.maxLength(RECEIPT_MAX)),
});
export type Receipt = v.InferOutput<typeof ReceiptSchema>;

/** What the author of a phrase is told of the others. */
export const HeardBySchema = v.strictObject({
  seq,
  got: count,
  heard: count,
  /** How many others were in the room. */
  of: count,
  /** Who has heard it; only in rooms that are set so. */
  names: v.exactOptional(v.pipe(v.array(ShownNameSchema), v.maxLength(1_000))),
});
export type HeardBy = v.InferOutput<typeof HeardBySchema>;

const LANE = '_phrases';

/**
 * The lane of a recording in which the server's voice speaks for somebody: named like a person, so
 * that it has a file of its own beside that person's microphone.
 */
export function phraseLaneOf(peerId: PeerId): PeerId {
  return `${peerId.slice(0, 32 - LANE.length)}${LANE}` as PeerId;
}

/** Whether a lane has what the server spoke, and not a microphone. */
export function isPhraseLane(lane: PeerId): boolean {
  return lane.endsWith(LANE);
}

/** The person whose lane it is. */
export function ownerOfLane(lane: PeerId): PeerId {
  return (isPhraseLane(lane) ? lane.slice(0, -LANE.length) : lane) as PeerId;
}

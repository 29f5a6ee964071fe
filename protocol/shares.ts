import * as v from 'valibot';
import { RecordingDetailSchema } from './recordings.ts';
import { listOf, timeMs, token } from './values.ts';

export const ShareIdSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{8,32}$/),
  v.brand('ShareId'),
);
export type ShareId = v.InferOutput<typeof ShareIdSchema>;

/** `play` gives no files to keep, as far as a player can do without. */
export const SharePermissionSchema = v.picklist(['play', 'download']);
export type SharePermission = v.InferOutput<typeof SharePermissionSchema>;

/** Shares of one recording that have neither expired nor been revoked. */
export const MAX_SHARES = 100;

/** `POST /api/rooms/:roomId/recordings/:recordingId/shares`, for moderators. */
export const CreateShareSchema = v.strictObject({
  permission: SharePermissionSchema,
  days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)),
});
export type CreateShare = v.InferOutput<typeof CreateShareSchema>;

/** One way into one recording for people without a link to its room. */
export const ShareSchema = v.strictObject({
  shareId: ShareIdSchema,
  permission: SharePermissionSchema,
  createdAt: timeMs,
  expiresAt: timeMs,
  /** For the fragment of the link: `/s/<recordingId>#<token>`. */
  token,
});
export type Share = v.InferOutput<typeof ShareSchema>;

/** `GET /api/rooms/:roomId/recordings/:recordingId/shares`: those that still open something. */
export const ShareListSchema = v.strictObject({ shares: listOf(ShareSchema, MAX_SHARES) });
export type ShareList = v.InferOutput<typeof ShareListSchema>;

/**
 * `GET /api/shares/:recordingId`, asked with a share's token as bearer token. Its manifest has no
 * consent log, which is for moderators.
 */
export const SharedRecordingSchema = v.strictObject({
  ...RecordingDetailSchema.entries,
  permission: SharePermissionSchema,
});
export type SharedRecording = v.InferOutput<typeof SharedRecordingSchema>;

import { PhraseDraftSchema, type PhraseDraft } from '#protocol';
import * as v from 'valibot';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a message of a phrase channel: UTF-8 JSON of a PhraseDraft. Anything else gives null. */
export function parseDraft(message: Uint8Array): PhraseDraft | null {
  try {
    const parsed = v.safeParse(PhraseDraftSchema, JSON.parse(decoder.decode(message)));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

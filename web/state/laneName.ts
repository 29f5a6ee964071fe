import { isPhraseLane, type PeerId } from '#protocol';
import { m } from '#web/paraglide/messages.js';

/** How a lane of a recording is called: like its person, or as what the room's voice said for them. */
export function laneName(lane: { peerId: PeerId; displayName: string }): string {
  const { peerId, displayName: name } = lane;
  return isPhraseLane(peerId) ? m.lane_phrases({ name }) : name;
}

import { OriginSchema } from '#protocol';
import * as v from 'valibot';

const ServerSchema = v.object({
  nodeId: v.string(),
  // It becomes part of headers, and people are sent there.
  url: OriginSchema,
  load: v.number(),
  draining: v.boolean(),
});
/** Another server, or this one, as it told of itself within the last seconds. */
export type Server = v.InferOutput<typeof ServerSchema>;

/** Somebody more is no reason to be sent elsewhere. */
const SAME_LOAD = 1.2;
const FEW = 20;

/** What scripts return of servers. */
export function toServers(answer: readonly unknown[]): Server[] {
  return answer.flatMap((text) => {
    try {
      return [v.parse(ServerSchema, JSON.parse(String(text)))];
    } catch {
      return [];
    }
  });
}

/** The id in `<server>/<epoch>`. */
export const serverIn = (fence: string) => fence.slice(0, fence.lastIndexOf('/'));

/** Who is to take a room that nobody has; null where all of them are about to stop. */
export function leastLoaded(servers: readonly Server[], me: string): Server | null {
  const fit = servers.filter(({ draining }) => !draining).sort((a, b) => a.load - b.load);
  const [least] = fit;
  const own = fit.find(({ nodeId }) => nodeId === me);
  if (own && least && own.load <= least.load * SAME_LOAD + FEW) return own;
  return least ?? null;
}

import { ProtocolError } from '#protocol';
import type { Servers } from './servers.ts';
import { Unreachable } from './unreachable.ts';

/** Servers that send one on and on do not agree: that passes within seconds. */
const MAX_HOPS = 4;

/** A question to one server. `wasSent` is true where another said that it has the room. */
export type AskServer<T> = (origin: string, wasSent: boolean) => Promise<T>;

/**
 * Asks the server that has a room: where that is not known any more, the others until one says which.
 * @throws ProtocolError as that server refuses, Unreachable where none answers
 */
export async function atItsServer<T>(
  servers: Servers,
  roomId: string,
  ask: AskServer<T>,
): Promise<T> {
  const waiting = servers.toAsk(roomId);
  const silent = new Set<string>();
  let hops = 0;
  let next: { origin: string; wasSent: boolean } = {
    origin: waiting.shift() ?? '',
    wasSent: false,
  };
  for (;;) {
    const { origin, wasSent } = next;
    try {
      const answer = await ask(origin, wasSent);
      servers.found(roomId, origin);
      return answer;
    } catch (error) {
      const elsewhere = serverIn(error);
      hops += 1;
      if (elsewhere !== null && !silent.has(elsewhere) && hops <= MAX_HOPS) {
        next = { origin: elsewhere, wasSent: true };
        continue;
      }
      if (elsewhere === null && !isSilence(error)) throw error;
      silent.add(origin);
      const another = waiting.find((it) => !silent.has(it));
      if (another === undefined) throw error;
      next = { origin: another, wasSent: false };
    }
  }
}

/** What a server that does not have the room says has it. */
function serverIn(error: unknown): string | null {
  const isElsewhere = error instanceof ProtocolError && error.code === 'ROOM_ELSEWHERE';
  return (isElsewhere && error.server) || null;
}

/** A proxy that finds no server behind it is as silent. */
function isSilence(error: unknown): boolean {
  if (!(error instanceof Unreachable)) return false;
  return error.status === null || (error.status >= 502 && error.status <= 504);
}

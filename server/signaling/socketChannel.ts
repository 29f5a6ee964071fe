import {
  ReplySchema,
  serverRequests,
  type ClientToServerEvents,
  type ServerToClientEvents,
} from '#protocol';
import type { Socket } from 'socket.io';
import * as v from 'valibot';
import { AckTimeout, type ClientChannel } from '../session/ports.ts';
import { isWithinDepth } from './depth.ts';

/** How long a client may take to answer a request of the server. */
const ACK_TIMEOUT_MS = 10_000;
const REPLY_DEPTH = 4;

export type CoraSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Of each channel's socket. */
const socketIds = new WeakMap<ClientChannel, string>();

/** A socket.io socket as the use cases see it. */
export function socketChannel(socket: CoraSocket): ClientChannel {
  const channel: ClientChannel = {
    async request(name, input) {
      // The types of socket.io lose the reply behind timeout(), and a name that is not a literal.
      const waiting = socket.timeout(ACK_TIMEOUT_MS) as unknown as {
        emitWithAck(name: string, input: unknown): Promise<unknown>;
      };
      const answer = await waiting.emitWithAck(name, input).catch((cause: unknown) => {
        throw new AckTimeout(`${name} was not answered`, { cause });
      });
      if (!isWithinDepth(answer, REPLY_DEPTH)) throw new Error(`${name} was answered too deep`);
      const reply = v.parse(ReplySchema, answer);
      if (!reply.ok) throw new Error(`${name} was refused: ${reply.error.code}`);
      return v.parse(serverRequests[name].output, reply.data);
    },
    notify(name, body, newsNumber) {
      const message = newsNumber === undefined ? [body] : [body, newsNumber];
      socket.emit(name, ...(message as never));
    },
    notifyAll(channels, name, body) {
      const ids = channels.flatMap((it) => socketIds.get(it) ?? []);
      // To no sockets at all means to all there are.
      if (ids.length > 0) socket.nsp.to(ids).emit(name, ...([body] as never));
    },
    close() {
      socket.disconnect(true);
    },
  };
  socketIds.set(channel, socket.id);
  return channel;
}

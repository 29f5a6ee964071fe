import {
  ProtocolError,
  serverNotifications,
  serverRequests,
  type InputOf,
  type OutputOf,
  type Reply,
  type ServerNotificationName,
  type ServerNotifications,
  type ServerRequests,
} from '#protocol';
import type { Socket } from 'socket.io-client';
import * as v from 'valibot';

export type Notification = {
  [Name in ServerNotificationName]: {
    readonly name: Name;
    readonly body: v.InferOutput<ServerNotifications[Name]>;
  };
}[ServerNotificationName];

/** Does what the server asks. What cannot be done rejects. */
export type Asked = {
  readonly [Name in keyof ServerRequests]: (
    input: InputOf<ServerRequests[Name]>,
  ) => Promise<OutputOf<ServerRequests[Name]>>;
};

interface Receiver {
  /** Whether a piece of news has not come before. */
  isNews(number: number): boolean;
  told(notification: Notification): void;
  readonly asked: Asked;
}

/** Hands on what comes over a socket, each checked by its schema. */
export function takeIncoming(socket: Socket, receiver: Receiver): void {
  for (const name of Object.keys(serverNotifications) as ServerNotificationName[]) {
    socket.on(name, (body: unknown, newsNumber: unknown) => {
      if (typeof newsNumber === 'number' && !receiver.isNews(newsNumber)) return;
      const parsed = v.safeParse(serverNotifications[name], body);
      // A server of another version may know more than this page does.
      if (parsed.success) receiver.told({ name, body: parsed.output } as Notification);
    });
  }
  for (const name of Object.keys(serverRequests) as (keyof ServerRequests)[]) {
    socket.on(name, async (body: unknown, acknowledge: (reply: Reply<unknown>) => void) => {
      acknowledge(await answer(receiver.asked, name, body));
    });
  }
}

async function answer(
  asked: Asked,
  name: keyof ServerRequests,
  body: unknown,
): Promise<Reply<unknown>> {
  try {
    const input = v.parse(serverRequests[name].input, body);
    return { ok: true, data: await asked[name](input) };
  } catch {
    const error = new ProtocolError('INVALID_MESSAGE', `${name} could not be done`);
    return { ok: false, error: error.toBody() };
  }
}

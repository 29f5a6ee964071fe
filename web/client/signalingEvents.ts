import type { ProtocolError } from '#protocol';
import type { Asked, Notification } from './incoming.ts';

/** What the server tells, but for what only the next handshake needs. */
export type Told = Exclude<Notification, { name: 'tokenRefreshed' }>;

export interface SignalingEvents {
  /** Every time the socket stands, the first time and after each loss. */
  connected(): void;
  /** It will be tried again, unless `close` is called. */
  disconnected(): void;
  /** The server does not take this token. It will not be tried again. */
  refused(error: ProtocolError): void;
  /** The server has no time for this one now, and said when: it will be tried again then. */
  heldOff(): void;
  /** An attempt failed; `attempts` so far since the visit was last settled. */
  unreachable(attempts: number): void;
  notified(notification: Told): void;
  readonly asked: Asked;
}

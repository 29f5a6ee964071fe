import type { IceServer, PeerId } from '#protocol';
import { createHmac } from 'node:crypto';
import type { Clock, IceServers } from '../session/ports.ts';

/**
 * How long a credential opens relays. One that is open lives on: a client that comes later, or whose
 * network changes, is given another.
 */
const LIFETIME_S = 300;

/**
 * STUN servers as they are, and TURN servers with ephemeral credentials
 * (draft-uberti-behave-turn-rest-00): the username is `expiry:peerId`, the password its HMAC-SHA1.
 */
export class TurnCredentials implements IceServers {
  readonly #stunUrls: readonly string[];
  readonly #turnUrls: readonly string[];
  readonly #secret: string | null;
  readonly #clock: Clock;

  /** @param options.turnSecret the first static-auth-secret of the TURN server; null without one */
  constructor(options: {
    stunUrls: readonly string[];
    turnUrls: readonly string[];
    turnSecret: string | null;
    clock: Clock;
  }) {
    this.#stunUrls = options.stunUrls;
    this.#turnUrls = options.turnUrls;
    this.#secret = options.turnSecret;
    this.#clock = options.clock;
  }

  for(peerId: PeerId): IceServer[] {
    const servers: IceServer[] = [];
    if (this.#stunUrls.length > 0) servers.push({ urls: [...this.#stunUrls] });
    if (this.#secret !== null) {
      const expiry = Math.floor(this.#clock.wallMs() / 1_000) + LIFETIME_S;
      const username = `${String(expiry)}:${peerId}`;
      const credential = createHmac('sha1', this.#secret).update(username).digest('base64');
      servers.push({ urls: [...this.#turnUrls], username, credential });
    }
    return servers;
  }
}

import type { Resume, RoomSnapshot } from '#protocol';

/** What is shown when a socket is opened: who one is, and what brings one back to one's place. */
export class Handshake {
  #accessToken: string;
  #resumeToken: string | null = null;
  #receivedNews = 0;
  readonly #renew: (() => Promise<string>) | null;
  /** Whether the token is one that was just asked for: refused as expired, another would be too. */
  #isFresh = false;

  /** @param renew gets another access token by entering again; null where nobody can */
  constructor(accessToken: string, renew: (() => Promise<string>) | null) {
    this.#accessToken = accessToken;
    this.#renew = renew;
  }

  /** The newest. */
  get accessToken(): string {
    return this.#accessToken;
  }

  get auth(): { token: string; resume?: Resume } {
    const token = this.#accessToken;
    if (this.#resumeToken === null) return { token };
    return { token, resume: { token: this.#resumeToken, receivedNews: this.#receivedNews } };
  }

  /** The server gave another, while the last one was still good. */
  refreshed(accessToken: string): void {
    this.#accessToken = accessToken;
  }

  /** The server took it. */
  accepted(): void {
    this.#isFresh = false;
  }

  /** Whether one can enter anew. */
  get knowsDoor(): boolean {
    return this.#renew !== null;
  }

  get canRenew(): boolean {
    return this.#renew !== null && !this.#isFresh;
  }

  /** Gets another one, for a token that has expired. Rejects as entering does. */
  async renew(): Promise<void> {
    if (!this.#renew) return;
    this.#accessToken = await this.#renew();
    this.#isFresh = true;
  }

  /** The visit stands: the next connection may go on with it. */
  settled({ resumeToken, resumed }: Pick<RoomSnapshot, 'resumeToken' | 'resumed'>): void {
    this.#resumeToken = resumeToken;
    if (!resumed) this.#receivedNews = 0;
  }

  /** Whether news of that number is not known yet; from here on it is. */
  isNews(number: number): boolean {
    if (number <= this.#receivedNews) return false;
    this.#receivedNews = number;
    return true;
  }

  /** The next connection begins anew. */
  forgetPlace(): void {
    this.#resumeToken = null;
  }
}

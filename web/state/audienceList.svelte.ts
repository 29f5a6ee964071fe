import type { PeerInfo } from '#protocol';
import type { RoomClient } from '#web/client/roomClient.ts';
import { failureOf, type Failure } from './failure.ts';

/** No name is longer. */
const LONGEST_QUERY = 60;

/** Those who only listen, as they are looked up by who is not told of them: a page at a time. */
export class AudienceList {
  readonly #client: Pick<RoomClient, 'listAudience'>;
  #people = $state.raw<readonly PeerInfo[] | null>(null);
  #total = $state(0);
  #next = $state<number | null>(null);
  #failure = $state<Failure | null>(null);
  #isAsking = $state(false);
  #query = '';
  #after: number | null = null;
  /** Only what was asked last is answered. */
  #questions = 0;

  constructor(client: Pick<RoomClient, 'listAudience'>) {
    this.#client = client;
  }

  /** Null until there is a first answer. */
  get people(): readonly PeerInfo[] | null {
    return this.#people;
  }

  /** How many there are in all, of those who are looked for. */
  get total(): number {
    return this.#total;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Why the last question has no answer. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Begins anew; what was found before is shown until there is an answer. @param query of a name, or empty */
  find(query: string): Promise<void> {
    this.#query = [...query.trim()].slice(0, LONGEST_QUERY).join('');
    return this.#ask(null);
  }

  /** Looks up the next page. */
  more(): Promise<void> {
    return this.#ask(this.#next);
  }

  /** Asks the last question once more. */
  retry(): Promise<void> {
    return this.#ask(this.#after);
  }

  async #ask(after: number | null): Promise<void> {
    const question = (this.#questions += 1);
    this.#after = after;
    this.#isAsking = true;
    try {
      const page = await this.#client.listAudience({
        ...(after !== null && { after }),
        ...(this.#query !== '' && { query: this.#query }),
      });
      if (question !== this.#questions) return;
      const before = after === null ? [] : (this.#people ?? []);
      this.#people = [...before, ...page.people];
      this.#total = page.total;
      this.#next = page.next;
      this.#failure = null;
    } catch (error) {
      if (question === this.#questions) this.#failure = failureOf(error);
    } finally {
      if (question === this.#questions) this.#isAsking = false;
    }
  }
}

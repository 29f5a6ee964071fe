import * as v from 'valibot';
import { PersonKeySchema } from '#protocol';
import { KeptJson } from './keptJson.ts';

const BYTES = 24;

/** The secret by which rooms know this browser again. Without storage it lasts as long as the page. */
export class PersonKey {
  readonly #kept: KeptJson<typeof KeptSchema>;
  #own: string | null = null;

  /** @param storage the page's own when left out */
  constructor(storage?: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#kept = new KeptJson({
      key: 'cora:person',
      schema: KeptSchema,
      fallback: null,
      ...(storage === undefined ? {} : { storage }),
    });
  }

  /** Read anew each time: another tab may have made it. */
  get current(): string {
    const kept = this.#kept.load();
    if (kept !== null) return (this.#own = kept);
    this.#own ??= makeKey();
    this.#kept.save(this.#own);
    return this.#own;
  }
}

const KeptSchema = v.nullable(PersonKeySchema);

/** RFC 4648 section 5; of 24 bytes there is no padding. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

export const personKey = new PersonKey();

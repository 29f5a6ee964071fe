import * as v from 'valibot';

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

/** A value that outlives the page, in this browser only. Its key names a version of its schema. */
export class KeptJson<Schema extends v.GenericSchema> {
  readonly #key: string;
  readonly #schema: Schema;
  readonly #fallback: v.InferOutput<Schema>;
  readonly #storage: Storage | null;

  constructor(options: {
    key: string;
    schema: Schema;
    fallback: v.InferOutput<Schema>;
    storage?: Storage;
  }) {
    this.#key = options.key;
    this.#schema = options.schema;
    this.#fallback = options.fallback;
    this.#storage = options.storage ?? pageStorage();
  }

  /** The fallback where nothing is kept, or something else. What is damaged is set aside, not lost. */
  load(): v.InferOutput<Schema> {
    const text = this.#attempt((storage) => storage.getItem(this.#key));
    if (!text) return this.#fallback;
    try {
      return v.parse(this.#schema, JSON.parse(text));
    } catch {
      this.#attempt((storage) => storage.setItem(`${this.#key}:damaged`, text));
      return this.#fallback;
    }
  }

  /** False where storage is forbidden or full: then the value lasts as long as the page. */
  save(value: v.InferOutput<Schema>): boolean {
    return (
      this.#attempt((storage) => {
        storage.setItem(this.#key, JSON.stringify(value));
        return true;
      }) ?? false
    );
  }

  #attempt<Result>(action: (storage: Storage) => Result): Result | undefined {
    try {
      return this.#storage ? action(this.#storage) : undefined;
    } catch {
      return undefined;
    }
  }
}

function pageStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

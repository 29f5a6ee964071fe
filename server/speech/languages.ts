interface Language {
  readonly tag: string;
  readonly language: string;
  readonly region: string | undefined;
}

/** What can be spoken, by RFC 5646 tags. */
export class Languages {
  readonly #known: readonly Language[];

  /** @param tags the most usual of a language first */
  constructor(tags: readonly string[]) {
    this.#known = tags.flatMap((tag) => parse(tag) ?? []);
  }

  get tags(): string[] {
    return this.#known.map(({ tag }) => tag);
  }

  /** Without regions, each once. */
  get base(): string[] {
    return [...new Set(this.#known.map(({ language }) => language))];
  }

  /**
   * The tag that is closest to a language: with its region, else without any, else the first of the
   * same language; undefined when there is none, or when it is no language.
   */
  closest(tag: string): string | undefined {
    const wanted = parse(tag);
    const same = this.#known.filter(({ language }) => language === wanted?.language);
    const of = (region: string | undefined) => same.find((one) => one.region === region);
    return (of(wanted?.region) ?? of(undefined) ?? same[0])?.tag;
  }
}

function parse(tag: string): Language | undefined {
  try {
    const { language, region } = new Intl.Locale(tag);
    return { tag, language, region };
  } catch {
    return undefined;
  }
}

import { LanguageTagSchema, PhrasebookSchema, type Phrasebook, type SavedPhrase } from '#protocol';
import * as v from 'valibot';
import { KeptJson } from './keptJson.ts';
import { EMPTY_PHRASEBOOK } from './phrasebookEdits.ts';
import { withUse, type PhraseUse } from './phraseUses.ts';

/** Seconds that scanning stays at each thing. */
export const SCAN_PACES = [1, 2, 3, 4] as const;
export type ScanPace = (typeof SCAN_PACES)[number];

const keptBook = new KeptJson({
  key: 'cora:phrasebook:1',
  schema: PhrasebookSchema,
  fallback: EMPTY_PHRASEBOOK,
});

const keptUses = new KeptJson({
  key: 'cora:phrase-uses:1',
  schema: v.array(
    v.object({
      text: v.string(),
      language: LanguageTagSchema,
      count: v.number(),
      lastAt: v.number(),
    }),
  ),
  fallback: [],
});

const keptSettings = new KeptJson({
  key: 'cora:phrasebook-settings:1',
  schema: v.object({
    keepOpen: v.boolean(),
    scanning: v.boolean(),
    pace: v.picklist(SCAN_PACES),
    spoken: v.boolean(),
  }),
  fallback: { keepOpen: false, scanning: false, pace: 2, spoken: false },
});

/** One's own phrases, what one said of all, and how one likes to say them: kept in this browser only. */
class OwnPhrasebook {
  #book = $state.raw<Phrasebook>(keptBook.load());
  #before = $state.raw<Phrasebook | null>(null);
  #uses = $state.raw<readonly PhraseUse[]>(keptUses.load());
  #settings = $state.raw(keptSettings.load());
  #isKept = $state(true);

  get book(): Phrasebook {
    return this.#book;
  }

  /** False when this browser does not keep what was changed beyond the page. */
  get isKept(): boolean {
    return this.#isKept;
  }

  get uses(): readonly PhraseUse[] {
    return this.#uses;
  }

  /** Whether the last change can be taken back. */
  get canUndo(): boolean {
    return this.#before !== null;
  }

  /** @param undoable for what takes something away */
  change(next: Phrasebook, { undoable = false } = {}): void {
    this.#before = undoable ? this.#book : null;
    this.#set(next);
  }

  undo(): void {
    if (this.#before) this.#set(this.#before);
    this.#before = null;
  }

  forgetUndo(): void {
    this.#before = null;
  }

  said(phrase: SavedPhrase, now = Date.now()): void {
    this.#uses = withUse(this.#uses, phrase, now);
    keptUses.save([...this.#uses]);
  }

  /** Whether the phrasebook stays after a phrase was said. */
  get keepOpen(): boolean {
    return this.#settings.keepOpen;
  }
  set keepOpen(keepOpen: boolean) {
    this.#change({ keepOpen });
  }

  get scanning(): boolean {
    return this.#settings.scanning;
  }
  set scanning(scanning: boolean) {
    this.#change({ scanning });
  }

  /** Seconds. */
  get pace(): ScanPace {
    return this.#settings.pace;
  }
  set pace(pace: ScanPace) {
    this.#change({ pace });
  }

  /** Whether a voice names what scanning comes to. */
  get spoken(): boolean {
    return this.#settings.spoken;
  }
  set spoken(spoken: boolean) {
    this.#change({ spoken });
  }

  #set(book: Phrasebook): void {
    this.#book = book;
    this.#isKept = keptBook.save(book);
  }

  #change(change: Partial<ReturnType<typeof keptSettings.load>>): void {
    this.#settings = { ...this.#settings, ...change };
    keptSettings.save(this.#settings);
  }
}

export const ownPhrasebook = new OwnPhrasebook();

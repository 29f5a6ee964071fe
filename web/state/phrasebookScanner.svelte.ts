import type { SavedPhrase } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { ownPhrasebook } from './phrasebook.svelte.ts';
import { sectionName, type PhrasebookSheet } from './phrasebookSheet.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { BACK, Scanner, type ScanNode, type ScanPosition } from './scanner.ts';
import { highlighted, phraseId, scanTree } from './scanTree.ts';
import { hush, nameAloud } from './scanVoice.ts';

const IDEA = 'idea';
const CLOSE = 'close';

/** Something that scanning shows to be chosen. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  /** A step of scanning itself, across the whole width. */
  readonly isStep: boolean;
}

/** Scanning the phrasebook: what is shown, what is lit, and what a press does. */
export class PhrasebookScanner {
  readonly #sheet: PhrasebookSheet;
  readonly #scanner: Scanner;
  #position = $state.raw<ScanPosition | null>(null);
  /** Where one is, also while nothing is lit. */
  #path = $state.raw<readonly string[]>([]);

  constructor(sheet: PhrasebookSheet) {
    this.#sheet = sheet;
    this.#scanner = new Scanner({
      after(ms, act) {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
      now: () => performance.now(),
      onMove: (position) => this.#move(position),
      onChoose: (id) => this.#choose(id),
    });
    if (!sheet.idea) sheet.propose();
  }

  readonly tree = $derived.by((): ScanNode[] =>
    scanTree(this.#sheet.sections, { first: [IDEA], last: [CLOSE] }),
  );
  readonly lit = $derived.by(() => highlighted(this.tree, this.#position?.id ?? null));
  /** What a press would do; empty while it would only wake the scanning. */
  readonly action = $derived.by(() => {
    const id = this.#position?.id;
    if (id === undefined) return '';
    if ([IDEA, BACK, CLOSE].includes(id)) return this.#nameOf(id);
    const phrase = this.#phraseOf(id);
    return phrase ? m.scan_idea(phrase) : m.scan_choose({ name: this.#nameOf(id) });
  });

  get isInside(): boolean {
    return this.#path.length > 0;
  }

  /** Everything of the level on which one is; in a group, its phrases also where they are in blocks. */
  readonly shown = $derived.by((): Shown[] => {
    const step = (id: string) => ({
      ...{ id, name: this.#nameOf(id), language: preferences.locale, isStep: true },
    });
    const section = this.#section;
    if (!section) {
      const groups = this.#sheet.sections.map(({ id }) => ({ ...step(id), isStep: false }));
      return [step(IDEA), ...groups, step(CLOSE)];
    }
    const phrases = section.phrases.map(({ text, language }, index) => ({
      ...{ id: phraseId(section.id, index), name: text, language, isStep: false },
    }));
    return [...phrases, step(BACK)];
  });

  start(tree: readonly ScanNode[], paceMs: number): void {
    this.#scanner.start(tree, paceMs);
  }

  press(): void {
    this.#scanner.press();
  }

  /** @param visible whether the page can be seen */
  see(visible: boolean): void {
    if (visible) this.#scanner.resume();
    else this.#scanner.pause();
  }

  stop(): void {
    hush();
    this.#scanner.stop();
  }

  get #section() {
    const [id] = this.#path;
    return this.#sheet.sections.find((section) => section.id === id) ?? null;
  }

  #move(position: ScanPosition | null): void {
    this.#position = position;
    this.#path = position?.path ?? [];
    if (!position || !ownPhrasebook.spoken) return;
    const phrase = this.#phraseOf(position.id);
    nameAloud(this.#nameOf(position.id), phrase?.language ?? preferences.locale);
  }

  #choose(id: string): void {
    if (id === CLOSE) {
      this.#sheet.open = false;
      return;
    }
    const phrase = id === IDEA ? this.#sheet.idea : this.#phraseOf(id);
    if (phrase) this.#sheet.say(phrase);
    this.#sheet.takeUp();
    this.#sheet.propose();
  }

  #phraseOf(id: string): SavedPhrase | null {
    for (const section of this.#sheet.sections) {
      const index = section.phrases.findIndex((_, at) => phraseId(section.id, at) === id);
      if (index !== -1) return section.phrases[index] ?? null;
    }
    return null;
  }

  #nameOf(id: string): string {
    if (id === IDEA) return m.scan_idea({ text: this.#sheet.idea?.text ?? '' });
    if (id === CLOSE) return m.scan_close();
    if (id === BACK) {
      const name = this.#section?.name ?? '';
      return this.#path.length > 1 ? m.scan_back_block({ name }) : m.scan_back();
    }
    const phrase = this.#phraseOf(id);
    if (phrase) return phrase.text;
    const section = this.#sheet.sections.find((it) => it.id === id);
    if (section) return sectionName(section);
    const block = this.tree.flatMap(({ children }) => children ?? []).find((it) => it.id === id);
    const [first, last] = [block?.children?.[0], block?.children?.at(-1)].map((leaf) =>
      leaf ? (this.#phraseOf(leaf.id)?.text ?? '') : '',
    );
    return m.scan_block({ first: first ?? '', last: last ?? '' });
  }
}

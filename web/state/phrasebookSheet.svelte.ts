import type { SavedPhrase } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { shippedFor, shippedGroups } from '#web/phrasebook/shipped.ts';
import { localHour, phraseIdea } from './phraseIdea.ts';
import { ownPhrasebook } from './phrasebook.svelte.ts';
import { phraseSections, searchSections, type PhraseSection } from './phraseSections.ts';
import { recentPhrases } from './phraseUses.ts';
import { preferences } from './preferences.svelte.ts';
import type { RoomPhrasebook } from './roomPhrasebook.svelte.ts';
import type { RoomSession } from './roomState.svelte.ts';
import { toasts } from './toasts.svelte.ts';

export type PhrasebookPage = 'say' | 'mine' | 'files' | 'room' | 'settings';

/** A group's name with where it comes from, for who does not see its sign. */
export function sectionName({ kind, name }: PhraseSection): string {
  if (kind === 'room') return m.phrasebook_from_room({ name });
  return kind === 'own' ? m.phrasebook_from_me({ name }) : name;
}

/** The phrasebook as it lies open, or closed, in a room. */
export class PhrasebookSheet {
  readonly session: RoomSession;
  readonly room: RoomPhrasebook;
  page = $state<PhrasebookPage>('say');
  search = $state('');
  /** Whether scanning rests until the phrasebook is opened again: for who uses a pointer meanwhile. */
  resting = $state(false);
  #open = $state(false);
  #language = $state<string | null>(null);
  #idea = $state.raw<SavedPhrase | null>(null);
  /** What had been said when it was opened: nothing moves under a finger. */
  #uses = $state.raw(ownPhrasebook.uses);
  #proposed: string[] = [];
  /** Number of the last phrase of the room when something was proposed. */
  #answered = 0;

  constructor(session: RoomSession, room: RoomPhrasebook) {
    this.session = session;
    this.room = room;
    void room.refresh();
  }

  readonly sections = $derived.by(() =>
    phraseSections({
      recent: {
        name: m.phrasebook_recent(),
        phrases: recentPhrases(this.#uses, this.language),
      },
      room: this.room.book?.groups ?? [],
      own: ownPhrasebook.book.groups,
      shipped: shippedGroups(shippedFor(this.language)),
    }),
  );

  readonly found = $derived.by(() => searchSections(this.sections, this.search));
  readonly isSearching = $derived.by(() => this.search.trim() !== '');
  readonly canSay = $derived.by(() => this.session.room.canSendPhrases);
  readonly scans = $derived.by(
    () => ownPhrasebook.scanning && !this.resting && this.page === 'say',
  );

  get open(): boolean {
    return this.#open;
  }
  set open(open: boolean) {
    if (open && !this.#open) this.#begin();
    this.#open = open;
  }

  /** The language of Cora's phrases, and of what is proposed. */
  get language(): string {
    return this.#language ?? preferences.locale;
  }
  set language(language: string) {
    this.#language = language;
    this.#idea = null;
  }

  /** What was proposed; null before it was asked for. */
  get idea(): SavedPhrase | null {
    return this.#idea;
  }

  propose(): void {
    const { phrases, me, serverClockOffsetMs } = this.session.room;
    // Another phrase is another occasion.
    const last = phrases.at(-1)?.seq ?? 0;
    if (last !== this.#answered) this.#proposed = this.#proposed.slice(-1);
    this.#answered = last;
    this.#idea = phraseIdea({
      language: this.language,
      now: Date.now() + serverClockOffsetMs,
      hour: localHour(Date.now()),
      said: phrases.map(({ text, language, at, authorId }) => ({
        ...{ text, language, at },
        mine: authorId === me?.peerId,
      })),
      uses: ownPhrasebook.uses,
      proposed: this.#proposed,
    });
    this.#proposed.push(this.#idea.text);
  }

  /** Shows among the recent ones what was said meanwhile. */
  takeUp(): void {
    this.#uses = ownPhrasebook.uses;
  }

  /** Says a phrase at once, and closes unless it is to stay. */
  say({ text, language }: SavedPhrase): void {
    if (!this.canSay) {
      toasts.announce(m.phrase_wait());
      return;
    }
    this.session.client.phrases.send(text, language);
    ownPhrasebook.said({ text, language });
    toasts.announce(m.phrasebook_said({ text }));
    this.#idea = null;
    if (!ownPhrasebook.keepOpen && !this.scans) this.open = false;
  }

  #begin(): void {
    this.page = 'say';
    this.search = '';
    this.resting = false;
    this.#idea = null;
    this.#proposed = this.#proposed.slice(-1);
    this.takeUp();
    void this.room.refresh();
  }
}

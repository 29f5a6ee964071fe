/** What a room can be said to speak (RFC 5646); any other tag comes from a program. */
const OFFERED = ['es', 'en', 'ca', 'eu', 'gl', 'pt', 'fr', 'de', 'it'];
/** What phrases are written in, whatever the room speaks. */
const WRITTEN = ['es', 'en'];

export interface LanguageOption {
  readonly value: string;
  readonly label: string;
}

/** The language of a tag without its region; null without one. */
export function languageOf(tag: string | null): string | null {
  return tag?.split('-')[0]?.toLowerCase() ?? null;
}

/** For the choice of a room's language, each by its own name. @param chosen offered too, whatever it is */
export function offeredLanguages(chosen: string | null): LanguageOption[] {
  const tags = chosen === null || OFFERED.includes(chosen) ? OFFERED : [...OFFERED, chosen];
  return tags.map((value) => ({ value, label: ownName(value) }));
}

/** For the choice of a phrase's language, as short marks. */
export function writtenLanguages(roomLanguage: string | null): LanguageOption[] {
  const language = languageOf(roomLanguage);
  const all = language === null || WRITTEN.includes(language) ? WRITTEN : [language, ...WRITTEN];
  return all.map((value) => ({ value, label: value.toUpperCase() }));
}

function ownName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

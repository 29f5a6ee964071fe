import { preferences } from './preferences.svelte.ts';

/** A day and time in words, in the person's language, for the middle of a sentence. */
export function dateWithin(ms: number): string {
  return new Date(ms).toLocaleString(preferences.region, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** The same at the beginning of one. */
export function dateText(ms: number): string {
  const date = dateWithin(ms);
  return date.charAt(0).toLocaleUpperCase(preferences.locale) + date.slice(1);
}

/** A day and time as `3 dic, 10:14`, with the year where it is another one. */
export function dateBriefly(ms: number): string {
  const date = new Date(ms);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return date.toLocaleString(preferences.region, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** Seconds as `2 min 34 s`. */
export function lengthText(seconds: number): string {
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return (shown.length > 0 ? shown : [[0, 'second'] as const])
    .map(([count, unit]) => unitFormat(unit).format(count))
    .join(' ');
}

/** Making one takes longer than drawing a row of a list. */
const unitFormats = new Map<string, Intl.NumberFormat>();

function unitFormat(unit: string): Intl.NumberFormat {
  const { region } = preferences;
  const key = `${region ?? ''} ${unit}`;
  const known = unitFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(region, { style: 'unit', unit, unitDisplay: 'short' });
  unitFormats.set(key, made);
  return made;
}

/** Bytes as `2.3 MB`, and no less than `1 kB`. */
export function sizeText(bytes: number): string {
  const large = bytes >= 1_000_000;
  return (Math.max(bytes, 1_000) / (large ? 1_000_000 : 1_000)).toLocaleString(preferences.region, {
    style: 'unit',
    unit: large ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: large ? 1 : 0,
  });
}

/** How many, as `3.000`: also where a language leaves four digits together, as the others around it are not. */
export function countText(count: number): string {
  return count.toLocaleString(preferences.region, { useGrouping: 'always' });
}

/** How many, as a message takes it: for its grammar, and as it is written. */
export function counted(count: number): { count: number; number: string } {
  return { count, number: countText(count) };
}

/** Names as `Ana, Luis y Pepe`. */
export function namesText(names: readonly string[]): string {
  return new Intl.ListFormat(preferences.locale).format(names);
}

// @ts-check
import { fill } from './text.js';

/** What is played. @type {import('../offlinePlayer.ts').PlayerData} */
export const data = JSON.parse(document.getElementById('data')?.textContent ?? '');

const asked = navigator.language || 'es';
export const language = asked.toLowerCase().startsWith('es') ? 'es' : 'en';
/** The same with its region, which decides how dates and times are written. */
export const region = asked.startsWith(language) ? asked : language;
export const words = data.words[language];
const plural = new Intl.PluralRules(language);

/** @param {{ one: string, other: string }} forms @param {number} count */
export function counted(forms, count) {
  return fill(plural.select(count) === 'one' ? forms.one : forms.other, { count });
}

// @ts-check
import { byId, icon, make } from './dom.js';
import { makeLane, place } from './lane.js';
import { counted, data, words } from './recording.js';
import { clock, matches } from './text.js';

/**
 * Shows phrases and markers: on a lane of their own, and as lists.
 * @param {import('./sound.js').Sound} sound
 * @returns what to call with the second that is heard
 */
export function showPhrases(sound) {
  const { phrases, markers } = data;
  showMoments(sound);
  byId('phraseTitle').textContent = words.phrases;
  byId('noPhrases').textContent = words.noPhrases;
  byId('noPhrases').hidden = phrases.length > 0;
  byId('searchPart').hidden = phrases.length === 0;
  byId('search').placeholder = byId('search').ariaLabel = words.search;
  byId('markerTitle').textContent = words.markers;
  byId('markerPart').hidden = markers.length === 0;
  for (const { seconds, label } of markers) {
    const time = make('time', {}, clock(seconds));
    const body = make('span', { dir: 'auto' }, label || words.marker);
    const button = make('button', { type: 'button' }, icon('marker'), time, body);
    button.addEventListener('click', () => sound.seek(seconds));
    byId('markers').append(make('li', {}, button));
  }
  const rows = phrases.map((phrase) => {
    const row = phraseRow(phrase);
    row.button.addEventListener('click', () => sound.seek(phrase.startSeconds));
    byId('phrases').append(row.item);
    return row;
  });
  byId('search').addEventListener('input', () => {
    const search = byId('search').value.trim();
    for (const { item, phrase } of rows) {
      item.hidden = !matches(phrase.text, search) && !matches(phrase.authorName, search);
    }
    const count = rows.filter(({ item }) => !item.hidden).length;
    byId('found').textContent = search ? counted(words.found, count) : '';
  });

  /** @type {typeof rows[number] | undefined} */
  let shown;
  return (/** @type {number} */ at) => {
    const said = rows.findLast(({ phrase }) => phrase.startSeconds <= at && at < phrase.endSeconds);
    if (said === shown) return;
    shown?.button.removeAttribute('aria-current');
    shown = said;
    byId('now').hidden = !said;
    if (!said) return;
    said.button.setAttribute('aria-current', 'true');
    byId('now').textContent = `${said.phrase.authorName}: ${said.phrase.text}`;
    // Within the list, without moving the page.
    const list = byId('phrases');
    if (sound.playing) list.scrollTo({ top: said.item.offsetTop - list.clientHeight / 3 });
  };
}

/** @param {typeof data.phrases[number]} phrase */
function phraseRow(phrase) {
  const { startSeconds, authorName, text, language } = phrase;
  const button = make(
    'button',
    { type: 'button' },
    make('span', { className: 'author', dir: 'auto' }, authorName),
    make('time', {}, clock(startSeconds)),
    make('span', { className: 'text', lang: language, dir: 'auto' }, text),
  );
  return { phrase, button, item: make('li', {}, button) };
}

/** @param {import('./sound.js').Sound} sound */
function showMoments(sound) {
  const { phrases, markers } = data;
  const moments = [
    ...phrases.map(({ startSeconds }) => startSeconds),
    ...markers.map(({ seconds }) => seconds),
  ];
  if (moments.length === 0) return;
  const lane = makeLane(data, (second, breadth) => {
    const distance = (/** @type {number} */ moment) => Math.abs(moment - second);
    const [nearest = second] = moments.toSorted((a, b) => distance(a) - distance(b));
    // A tap near a mark means the mark.
    sound.seek(distance(nearest) < breadth ? nearest : second);
  });
  for (const { startSeconds, endSeconds, authorName, text } of phrases) {
    place(lane, data, {
      kind: 'phrase',
      startSeconds,
      endSeconds,
      title: `${authorName}: ${text}`,
    });
  }
  for (const { seconds, label } of markers) {
    place(lane, data, { kind: 'marker', startSeconds: seconds, title: label || words.marker });
  }
  const title = markers.length > 0 ? words.phrasesAndMarkers : words.phrases;
  byId('momentLane').append(make('p', { className: 'who' }, icon('phrases'), title), lane);
  byId('momentLane').hidden = false;
}

// @ts-check
import { byId, icon, make } from './dom.js';
import { drawVoice, makeLane } from './lane.js';
import { data, words } from './recording.js';
import { fill, initials } from './text.js';

const TINTS = 8;

/** @typedef {import('../offlinePlayer.ts').PlayerVoice} Voice */

/**
 * Opus in WebM lands on its second exactly; MP3 plays everywhere.
 * @param {{ type: string }} file
 */
const preference = ({ type }) => (byId('audio').canPlayType(type) === 'probably' ? 0 : 1);

/**
 * Shows a lane for each voice, and lets one of them be heard alone.
 * @param {import('./sound.js').Sound} sound
 */
export function showVoices(sound) {
  const everyone = data.mix
    .toSorted((a, b) => preference(a) - preference(b))
    .flatMap(({ sources }) => sources);
  /** @type {Voice | null} */
  let alone = null;
  const lanes = data.speakers.map((voice) => {
    const lane = voiceLane(voice, sound);
    lane.button.addEventListener('click', () => listenTo(alone === voice ? null : voice));
    byId('voices').append(lane.row);
    return lane;
  });

  function draw() {
    for (const lane of lanes) drawVoice(lane.canvas, data, lane.voice);
  }

  /** @param {Voice | null} voice null for everyone */
  function listenTo(voice) {
    alone = voice;
    for (const lane of lanes) {
      lane.button.ariaPressed = String(lane.voice === alone);
      lane.row.classList.toggle('quiet', alone !== null && lane.voice !== alone);
    }
    draw();
    sound.open(alone?.sources ?? everyone);
  }

  byId('nobody').hidden = lanes.length > 0;
  byId('nobody').textContent = words.nobody;
  new ResizeObserver(draw).observe(byId('voices'));
  // The colours are the style sheet's.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  if (everyone.length > 0) sound.open(everyone);
  return {
    /** What to say when nothing can be heard. */
    failure: () => (alone ? fill(words.missingVoice, { name: nameOf(alone) }) : words.missing),
  };
}

/** @param {Voice} voice */
const nameOf = ({ label, phrases }) => (phrases ? fill(words.phraseLane, { name: label }) : label);

/**
 * @param {Voice} voice
 * @param {import('./sound.js').Sound} sound
 */
function voiceLane(voice, sound) {
  const { label, seed } = voice;
  const disc = make('span', { className: 'disc', ariaHidden: 'true' }, initials(label));
  const tint = [...seed].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % TINTS;
  disc.dataset['tint'] = String(tint);
  const title = nameOf(voice);
  const name = make('span', { className: 'name', dir: 'auto', title }, title);
  const solo = fill(words.solo, { name: title });
  const properties = { type: 'button', className: 'round', title: solo, ariaLabel: solo };
  const button = make('button', { ...properties, ariaPressed: 'false' }, icon('solo'));
  const canvas = make('canvas', { ariaHidden: 'true' });
  const lane = makeLane(data, (second) => sound.seek(second));
  lane.prepend(canvas);
  const who = make('div', { className: 'who' }, disc, name, button);
  return { voice, button, canvas, row: make('li', { className: 'row' }, who, lane) };
}

// @ts-check
import { byId, make } from './dom.js';
import { showNotes } from './notes.js';
import { showPhrases } from './phrases.js';
import { data, language, region, words } from './recording.js';
import { Sound } from './sound.js';
import { clock, fill } from './text.js';
import { showVoices } from './voices.js';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP_SECONDS = 5;
const LEAP_SECONDS = 10;

const { roomName, startedAt, startedBy, durationSeconds } = data;
document.documentElement.lang = language;
document.title = `${roomName} · Cora`;
byId('name').textContent = roomName;
const when = new Date(startedAt).toLocaleString(region, {
  dateStyle: 'full',
  timeStyle: 'short',
});
byId('facts').textContent = [
  when.charAt(0).toLocaleUpperCase(language) + when.slice(1),
  startedBy ? fill(words.by, { name: startedBy }) : words.byNobody,
].join(' · ');
for (const [id, label] of Object.entries({
  ...{ lanes: words.lanes, controls: words.controls, seek: words.seek, speed: words.speed },
  ...{ back: words.back, forward: words.forward },
})) {
  byId(id).ariaLabel = label;
}

const sound = new Sound(byId('audio'), durationSeconds, show);
const voices = showVoices(sound);
const tellPhrases = showPhrases(sound);
showNotes();

const total = make('span', {}, `/ ${clock(durationSeconds)}`);
const passed = new Text();
byId('time').append(passed, total);
byId('seek').max = durationSeconds;
byId('seek').addEventListener('input', () => sound.seek(byId('seek').valueAsNumber));
byId('play').disabled = data.mix.length === 0;
byId('play').addEventListener('click', () => sound.toggle());
byId('back').addEventListener('click', () => sound.seek(sound.position - LEAP_SECONDS));
byId('forward').addEventListener('click', () => sound.seek(sound.position + LEAP_SECONDS));
byId('speed').append(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed))));
byId('speed').value = '1';
byId('speed').addEventListener('change', () => sound.setRate(Number(byId('speed').value)));

function show() {
  const at = sound.position;
  byId('lanes').style.setProperty('--at', `${(at / Math.max(durationSeconds, 0.001)) * 100}%`);
  byId('seek').value = at;
  byId('seek').ariaValueText = fill(words.position, {
    now: clock(at),
    total: clock(durationSeconds),
  });
  passed.data = `${clock(at)} `;
  byId('play').ariaLabel = sound.playing ? words.pause : words.play;
  byId('playIcon').setAttribute('href', sound.playing ? '#icon-pause' : '#icon-play');
  byId('failure').hidden = !sound.failed;
  if (sound.failed) byId('failure').textContent = voices.failure();
  tellPhrases(at);
}
show();
requestAnimationFrame(function draw() {
  if (sound.playing) show();
  requestAnimationFrame(draw);
});

addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const target = /** @type {Element} */ (event.target);
  if (target.matches('[type=search], select')) return;
  if (event.key === ' ' && target.matches('button')) return;
  const act = /** @type {Record<string, () => void>} */ ({
    ' ': () => byId('play').click(),
    k: () => byId('play').click(),
    j: () => sound.seek(sound.position - LEAP_SECONDS),
    l: () => sound.seek(sound.position + LEAP_SECONDS),
    arrowleft: () => sound.seek(sound.position - STEP_SECONDS),
    arrowright: () => sound.seek(sound.position + STEP_SECONDS),
    '/': () => byId('search').focus(),
  })[event.key.toLowerCase()];
  if (!act) return;
  act();
  event.preventDefault();
});

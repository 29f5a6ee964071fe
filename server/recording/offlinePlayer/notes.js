// @ts-check
import { byId, make } from './dom.js';
import { counted, data, language, words } from './recording.js';
import { clock, fill } from './text.js';

/** Says what is not in the recording, and why it ended where that needs a word. */
export function showNotes() {
  const { notRecorded, pauses, gaps, stopReason, durationSeconds } = data;
  const names = new Intl.ListFormat(language).format(notRecorded.names);
  const notes = [
    ...(notRecorded.count > 0 ? [counted(words.notRecorded, notRecorded.count)] : []),
    ...(names ? [fill(words.notRecordedNames, { names })] : []),
    ...pauses.map(({ atSeconds, seconds }) =>
      fill(words.paused, { at: clock(atSeconds), length: lengthText(seconds) }),
    ),
    ...gaps.map(({ startSeconds, endSeconds }) =>
      fill(words.gap, { from: clock(startSeconds), to: clock(endSeconds) }),
    ),
    ...(stopReason === 'stopped'
      ? []
      : [fill(words[stopReason], { time: clock(durationSeconds) })]),
  ];
  byId('notes').append(...notes.map((note) => make('li', {}, note)));
  byId('notes').hidden = notes.length === 0;
}

/** Seconds as `3 min` or `40 s`. @param {number} seconds */
function lengthText(seconds) {
  const isLong = seconds >= 60;
  const count = Math.round(isLong ? seconds / 60 : seconds);
  const unit = isLong ? 'minute' : 'second';
  return count.toLocaleString(language, { style: 'unit', unit, unitDisplay: 'short' });
}

// @ts-check
import { clock } from './text.js';

const BAR_PX = 2;
const STEP_PX = 3;
const FINGER_PX = 12;

/** @typedef {{ atSeconds: number, seconds: number }} Pause */
/** @typedef {{ startSeconds: number, endSeconds: number }} Stretch */
/** @typedef {{ durationSeconds: number, gaps: readonly Stretch[], pauses: readonly Pause[] }} Ground */

/** @param {number} seconds @param {Ground} ground */
const percent = (seconds, { durationSeconds }) =>
  `${(Math.min(seconds, durationSeconds) / Math.max(durationSeconds, 0.001)) * 100}%`;

/**
 * A strip as long as the recording, which a tap leads into; what lies on it is the caller's to add.
 * @param {Ground} ground
 * @param {(second: number, breadth: number) => void} onpick told the second that was pointed at, and how many
 * seconds a finger's breadth is
 */
export function makeLane(ground, onpick) {
  const lane = document.createElement('div');
  lane.className = 'lane';
  for (const { startSeconds, endSeconds } of ground.gaps) {
    place(lane, ground, { kind: 'gap', startSeconds, endSeconds });
  }
  for (const { atSeconds } of ground.pauses) {
    place(lane, ground, { kind: 'pause', startSeconds: atSeconds });
  }
  const carrier = document.createElement('span');
  carrier.className = 'carrier';
  carrier.append(document.createElement('span'));
  lane.append(carrier);
  lane.addEventListener('pointerdown', ({ clientX }) => {
    const { left, width } = lane.getBoundingClientRect();
    const { durationSeconds } = ground;
    onpick(((clientX - left) / width) * durationSeconds, (FINGER_PX / width) * durationSeconds);
  });
  return lane;
}

/**
 * Puts a mark on a lane, below its playing head.
 * @param {HTMLElement} lane
 * @param {Ground} ground
 * @param {{ kind: string, startSeconds: number, endSeconds?: number, title?: string }} mark
 */
export function place(lane, ground, { kind, startSeconds, endSeconds, title }) {
  const mark = document.createElement('span');
  mark.className = kind;
  mark.style.left = percent(startSeconds, ground);
  if (endSeconds !== undefined) mark.style.width = percent(endSeconds - startSeconds, ground);
  if (title !== undefined) mark.title = `${clock(startSeconds)} ${title}`;
  lane.insertBefore(mark, lane.querySelector('.carrier'));
}

/**
 * Draws when somebody spoke, and how loud, in the canvas's own colour.
 * @param {HTMLCanvasElement} canvas
 * @param {Ground} ground
 * @param {import('../offlinePlayer.ts').PlayerVoice} voice peaks in hexadecimal, two digits each
 */
export function drawVoice(canvas, { durationSeconds }, { segments, peaks }) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = getComputedStyle(canvas).color;
  context.globalAlpha = 0.22;
  for (const [start = 0, end = 0] of segments) {
    const length = Math.max(3, ((end - start) / durationSeconds) * width);
    context.beginPath();
    context.roundRect((start / durationSeconds) * width, 0, length, height, 6);
    context.fill();
  }
  context.globalAlpha = 1;
  const bars = Math.floor(width / STEP_PX);
  const perBar = peaks.length / 2 / bars;
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor(bar * perBar);
    const part = peaks.slice(2 * from, 2 * Math.max(from + 1, Math.floor((bar + 1) * perBar)));
    const loudest = Math.max(0, ...(part.match(/../g) ?? []).map((digits) => parseInt(digits, 16)));
    if (loudest === 0) continue;
    // The root lifts quiet voices beside loud ones.
    const size = Math.max(2, Math.sqrt(loudest / 255) * height);
    context.fillRect(bar * STEP_PX, (height - size) / 2, BAR_PX, size);
  }
}

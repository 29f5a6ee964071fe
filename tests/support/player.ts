import type { Person } from './person.ts';

interface Wanted {
  readonly heard: readonly number[];
  readonly unheard: readonly number[];
}

/**
 * Waits until the player of a recording sounds at all of `heard` Hz, and in the same second at none
 * of `unheard`, however it makes that sound.
 */
export async function plays(
  { page }: Person,
  heard: readonly number[],
  unheard: readonly number[] = [],
): Promise<void> {
  const wanted: Wanted = { heard, unheard };
  await page.waitForFunction(sounds, wanted, { polling: 50, timeout: 15_000 });
}

/** Plays from the beginning, whatever it did before. */
export function playFromTheStart(person: Person): Promise<void> {
  return playFrom(person, 'Retroceder 10 segundos');
}

/** Plays from where a button leads, also when it had come to the end. */
export async function playFrom({ page }: Person, button: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const play = page.getByRole('button', { name: 'Reproducir' });
  if (await play.isVisible()) await play.click();
}

/** Waits until the player's own clock shows a second of the recording's first minute. */
export async function playerShows({ page }: Person, second: number): Promise<void> {
  const time = `0:${String(Math.floor(second)).padStart(2, '0')}`;
  await page.waitForFunction((wanted) => {
    const shown = document.querySelector('[data-testid=player-time]')?.firstChild?.textContent;
    return shown?.trim() === wanted;
  }, time);
}

/** Runs in the page: the mix plays, by itself and aloud, from `second` on. */
export function onlyTheMixPlays(second: number): boolean {
  const players: HTMLMediaElement[] = Reflect.get(globalThis, 'coraNotes').players;
  const [mix, ...others] = players.filter((it) => it.src.includes('/files/') && !it.paused);
  if (!mix || others.length > 0 || mix.muted) return false;
  return mix.src.includes('/files/mix.') && mix.currentTime > second + 0.3;
}

interface PlayerEars {
  readonly context: AudioContext;
  readonly analysers: Map<HTMLMediaElement, AnalyserNode>;
  wanted: string;
  heardAt: number;
  rightSince: number;
}

/** Runs in the page. */
function sounds(wanted: Wanted): boolean {
  const scope = globalThis as unknown as {
    coraPlayerEars?: PlayerEars;
    coraNotes: { players: (HTMLMediaElement & { captureStream: () => MediaStream })[] };
  };
  const now = performance.now();
  const ears = (scope.coraPlayerEars ??= {
    context: new AudioContext(),
    analysers: new Map(),
    wanted: '',
    heardAt: -Infinity,
    rightSince: now,
  });
  if (ears.wanted !== JSON.stringify(wanted)) {
    Object.assign(ears, { wanted: JSON.stringify(wanted), heardAt: -Infinity, rightSince: now });
  }
  const spectra: Float32Array[] = [];
  for (const player of scope.coraNotes.players) {
    if (player.paused || player.muted || !player.src.includes('/files/')) continue;
    let analyser = ears.analysers.get(player);
    if (!analyser) {
      const stream = player.captureStream();
      if (stream.getAudioTracks().length === 0) continue;
      analyser = new AnalyserNode(ears.context, { fftSize: 4_096, smoothingTimeConstant: 0 });
      ears.context.createMediaStreamSource(stream).connect(analyser);
      ears.analysers.set(player, analyser);
    }
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    spectra.push(spectrum);
  }
  const levelAt = (hz: number) => {
    const bin = Math.round((hz * 4_096) / ears.context.sampleRate);
    return Math.max(-200, ...spectra.flatMap((spectrum) => [...spectrum.slice(bin - 2, bin + 3)]));
  };
  const levels = wanted.heard.map(levelAt);
  if (levels.every((level) => level > -60)) ears.heardAt = now;
  // A burst that begins has a little of every frequency.
  const bar = Math.max(-65, Math.max(...levels) - 25);
  if (wanted.unheard.some((hz) => levelAt(hz) > bar)) ears.rightSince = now;
  const isRight = wanted.unheard.length === 0 || now - ears.rightSince > 1_000;
  return isRight && now - ears.heardAt < 1_000;
}

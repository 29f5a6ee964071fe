/** Seconds. A tone's phase need not hold for longer: a capture that stumbled goes on with another. */
const WINDOW_S = 0.1;

/**
 * Share of the energy of `samples` that lies at `frequencyHz` (within some 10 Hz), 0 to 1: Goertzel's
 * sums of short windows, added up by their power. 0 for what is quieter than a whisper, so that noise
 * never counts as a tone.
 * @param samples floats, full scale 1
 */
export function shareOf(samples: Float32Array, frequencyHz: number, sampleRate: number): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  if (samples.length === 0 || energy / samples.length < 1e-7) return 0;
  const step = (2 * Math.PI * frequencyHz) / sampleRate;
  let atFrequency = 0;
  for (let start = 0; start < samples.length; start += WINDOW_S * sampleRate) {
    const window = samples.subarray(start, start + WINDOW_S * sampleRate);
    atFrequency += toneEnergy(window, step);
  }
  return atFrequency / energy;
}

/** @param step radians a sample */
function toneEnergy(samples: Float32Array, step: number): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, index) => {
    real += sample * Math.cos(step * index);
    imaginary += sample * Math.sin(step * index);
  });
  return (2 * (real * real + imaginary * imaginary)) / samples.length;
}

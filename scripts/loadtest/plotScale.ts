const WANTED_TICKS = 5;
const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers that enclose all `values`, evenly apart. */
export function niceTicks(values: readonly number[]): number[] {
  const known = values.filter(Number.isFinite);
  const least = known.reduce((a, b) => Math.min(a, b), known[0] ?? 0);
  const most = known.reduce((a, b) => Math.max(a, b), known[0] ?? 1);
  const rough = (most - least || Math.abs(most) || 1) / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((it) => it * power >= rough) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    return Number(((first + index) * step).toPrecision(12));
  });
}

/** As an axis writes it: 1,200 or 0.05. */
export function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 4 });
}

/** How many of `values` lie in each of `count` parts of their range, as bars. */
export function histogram(values: readonly number[], count: number): [number, number][] {
  if (values.length === 0) return [];
  const ticks = niceTicks(values);
  const [least = 0, most = 1] = [ticks[0], ticks.at(-1)];
  const width = (most - least) / count;
  const bars = Array.from({ length: count }, (_, index): [number, number] => [
    least + index * width,
    0,
  ]);
  for (const value of values) {
    const bar = bars[Math.min(count - 1, Math.floor((value - least) / width))];
    if (bar) bar[1] += 1;
  }
  return bars;
}

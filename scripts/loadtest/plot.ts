import { niceTicks, shown } from './plotScale.ts';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** `bars` are drawn from x to the next one's x. */
  readonly kind: 'line' | 'dots' | 'bars';
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** At most four. */
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 340;
const [LEFT, RIGHT, TOP, BOTTOM] = [76, 28, 64, 52];

/** Blue, orange, green, violet: told apart by whoever sees fewer colours, too. */
const STYLE = `
.plot{--ground:#fff;--ink:#1d1d1b;--soft:#5c5b57;--grid:#e4e3df;--s0:#2a78d6;--s1:#c8500f;--s2:#0f8560;--s3:#5b49b8}
@media(prefers-color-scheme:dark){.plot{--ground:#1a1a19;--ink:#f3f2ee;--soft:#b4b2aa;--grid:#383835;--s0:#6aa8f0;--s1:#f08a55;--s2:#3fc596;--s3:#a99cf2}}
.plot text{font:13px system-ui,sans-serif;fill:var(--soft)}.plot .title{font-size:16px;font-weight:600;fill:var(--ink)}
.plot .grid{stroke:var(--grid)}.plot .axis{stroke:var(--soft)}.plot .line{fill:none;stroke-width:2;stroke-linejoin:round}
${[0, 1, 2, 3].map((n) => `.plot .s${n}{stroke:var(--s${n})}.plot .f${n}{fill:var(--s${n})}`).join('')}`;

/** A plot as an SVG of its own, readable on light and dark ground. */
export function toSvg(plot: Plot): string {
  const points = plot.series.flatMap((series) => series.points);
  const xs = niceTicks(points.map(([x]) => x));
  const ys = niceTicks([0, ...points.map(([, y]) => y)]);
  const at = {
    x: (x: number) => scaled(x, xs, LEFT, WIDTH - RIGHT),
    y: (y: number) => scaled(y, ys, HEIGHT - BOTTOM, TOP),
  };
  const described = escaped(`${plot.title}. ${plot.y} against ${plot.x}.`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${described}">`,
    `<style>${STYLE}</style><rect width="${WIDTH}" height="${HEIGHT}" fill="var(--ground)"/>`,
    `<text class="title" x="${LEFT}" y="24">${escaped(plot.title)}</text>`,
    ...gridOf(xs, ys, at),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(plot.x)}</text>`,
    `<text transform="rotate(-90)" x="${-(TOP + HEIGHT - BOTTOM) / 2}" y="16" text-anchor="middle">${escaped(plot.y)}</text>`,
    ...plot.series.map((series, index) => drawn(series, index, at)),
    legendOf(plot.series),
    '</svg>',
  ].join('\n');
}

interface Place {
  readonly x: (x: number) => number;
  readonly y: (y: number) => number;
}

function scaled(value: number, ticks: readonly number[], from: number, to: number): number {
  const [least = 0, most = 1] = [ticks[0], ticks.at(-1)];
  const share = most === least ? 0 : (value - least) / (most - least);
  return Math.round(10 * (from + share * (to - from))) / 10;
}

function gridOf(xs: readonly number[], ys: readonly number[], at: Place): string[] {
  const bottom = HEIGHT - BOTTOM;
  const across = ys.map((y) => {
    const line = `<line class="${y === 0 ? 'axis' : 'grid'}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at.y(y)}" y2="${at.y(y)}"/>`;
    return `${line}<text x="${LEFT - 8}" y="${at.y(y) + 4}" text-anchor="end">${shown(y)}</text>`;
  });
  const along = xs.map(
    (x) => `<text x="${at.x(x)}" y="${bottom + 18}" text-anchor="middle">${shown(x)}</text>`,
  );
  return [...across, ...along];
}

function drawn({ points, kind }: Series, index: number, at: Place): string {
  const places = points.map(([x, y]) => [at.x(x), at.y(y)] as const);
  if (kind === 'dots') {
    return places
      .map(([x, y]) => `<circle class="f${index}" cx="${x}" cy="${y}" r="2.5" opacity=".7"/>`)
      .join('');
  }
  if (kind === 'line') {
    const dots = places.length > 40 ? [] : places;
    const marks = dots.map(([x, y]) => `<circle class="f${index}" cx="${x}" cy="${y}" r="3.5"/>`);
    const path = `<polyline class="line s${index}" points="${places.map((it) => it.join(',')).join(' ')}"/>`;
    return [path, ...marks].join('');
  }
  const width = Math.max(1, (places[1]?.[0] ?? LEFT) - (places[0]?.[0] ?? LEFT) - 1);
  return places
    .map(([x, y]) => {
      const height = HEIGHT - BOTTOM - y;
      return `<rect class="f${index}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
    })
    .join('');
}

/** One series needs no name beside the title. */
function legendOf(series: readonly Series[]): string {
  if (series.length < 2) return '';
  let x = LEFT;
  const entries = series.map(({ name }, index) => {
    const here = x;
    x += 30 + 7.2 * name.length;
    return `<rect class="f${index}" x="${here}" y="37" width="12" height="12" rx="2"/><text x="${here + 18}" y="48">${escaped(name)}</text>`;
  });
  return entries.join('');
}

export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

import { escaped, toSvg, type Plot } from './plot.ts';
import { histogram } from './plotScale.ts';
import { percent, serverText, spread, type Report } from './report.ts';

const BARS = 40;
const STYLE = `
:root{color-scheme:light dark;--ground:#f7f6f2;--card:#fff;--ink:#1d1d1b;--soft:#5c5b57;--line:#e4e3df;--good:#0f7a45;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ground:#121211;--card:#1a1a19;--ink:#f3f2ee;--soft:#b4b2aa;--line:#383835;--good:#5fd39a;--bad:#ff9d94}}
body{margin:0 auto;max-width:1320px;padding:2rem 1rem;font:16px/1.5 system-ui,sans-serif;background:var(--ground);color:var(--ink)}
h1{font-size:1.6rem;margin:0}p{color:var(--soft)}.verdict{font-weight:600;color:var(--good)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%;background:var(--card)}th,td{text-align:left;padding:.4rem .8rem;border:1px solid var(--line)}th{font-weight:500;color:var(--soft);width:14rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:1rem;margin-top:1rem}figure{margin:0;border:1px solid var(--line)}svg{display:block;width:100%}`;

/** A page of its own with figures and plots. */
export function toPage(report: Report, misses: readonly string[]): string {
  const { plan, people, sound, phrases } = report;
  const rows: [string, string][] = [
    ['In the room', `${people.speakers} who speak, ${people.listeners} who listen`],
    ['Failed', String(people.failed)],
    ['Joins a second', people.joinsPerSecond.toFixed(1)],
    ['Joined after', spread(report.joinMs)],
    ['Connected after', spread(report.connectMs)],
    ['First sound after', spread(report.firstSoundMs)],
    ['Packets', `${sound.packets}, ${sound.lost} lost (${percent(sound.lossPercent)})`],
    ['Jitter (RFC 3550)', spread(sound.jitterMs)],
    ['Mouth to ear', `${spread(sound.delayMs)}, without a jitter buffer`],
    [
      'Phrases',
      `${phrases.said} said, ${phrases.missing} of ${phrases.received + phrases.missing} missing`,
    ],
    ['Phrase latency', spread(phrases.latencyMs)],
    ['Server', serverText(report.server)],
    ['This process', `${report.self.cpuPercent.toFixed(0)} % of a core`],
  ];
  const cells = rows.map(([name, text]) => `<tr><th>${name}</th><td>${escaped(text)}</td></tr>`);
  const verdict =
    misses.length === 0
      ? '<p class="verdict">All thresholds are kept.</p>'
      : misses.map((miss) => `<p class="verdict bad">Missed: ${escaped(miss)}</p>`).join('');
  const figures = plotsOf(report).map((plot) => `<figure>${toSvg(plot)}</figure>`);
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Cora load test</title>',
    '<meta name="viewport" content="width=device-width">',
    `<style>${STYLE}</style><h1>Load test of ${escaped(plan.url)}</h1>`,
    `<p>${escaped(report.at)}, ${plan.seconds} s after the last had joined, ${plan.talking} of ${plan.speakers} speaking at once</p>`,
    verdict,
    `<table>${cells.join('')}</table><div class="plots">${figures.join('')}</div></html>`,
    '',
  ].join('\n');
}

function plotsOf({ series }: Report): Plot[] {
  const seconds = 'seconds';
  const joined = series.joins.map(({ atSeconds, joinMs }) => [atSeconds, joinMs] as const);
  const heard = series.joins.flatMap(({ atSeconds, firstSoundMs }) =>
    firstSoundMs === null ? [] : [[atSeconds, firstSoundMs] as const],
  );
  const samples = (of: 'nodePercent' | 'workersPercent' | 'nodeMegabytes' | 'workersMegabytes') =>
    series.server.map((sample) => [sample.atSeconds, sample[of]] as const);
  const plots: Plot[] = [
    {
      title: 'Time to come in',
      x: `${seconds} since the first came`,
      y: 'ms',
      series: [
        { name: 'joined', kind: 'dots', points: joined },
        { name: 'first sound', kind: 'dots', points: heard },
      ],
    },
    {
      title: 'From mouth to ear',
      x: 'ms, without a jitter buffer',
      y: 'marks heard',
      series: [{ name: 'delay', kind: 'bars', points: histogram(series.delaysMs, BARS) }],
    },
    {
      title: "The server's processor time",
      x: seconds,
      y: '% of a core',
      series: [
        { name: 'Node', kind: 'line', points: samples('nodePercent') },
        { name: 'workers', kind: 'line', points: samples('workersPercent') },
      ],
    },
    {
      title: "The server's memory",
      x: seconds,
      y: 'MiB',
      series: [
        { name: 'Node', kind: 'line', points: samples('nodeMegabytes') },
        { name: 'workers', kind: 'line', points: samples('workersMegabytes') },
      ],
    },
  ];
  return plots.filter((plot) => plot.series.some(({ points }) => points.length > 0));
}

import { parseArgs } from 'node:util';
import { LoadError } from './loadError.ts';
import { THRESHOLDS, type ThresholdName, type Thresholds } from './thresholds.ts';

export interface LoadOptions {
  readonly url: string;
  readonly speakers: number;
  readonly listeners: number;
  /** How long it is measured after the last has joined. */
  readonly seconds: number;
  /** Joins a second. */
  readonly rate: number;
  /** How many speak at once. */
  readonly talking: number;
  /** How many listeners decode what they hear. */
  readonly ears: number;
  /** Phrases a second, of all speakers together. */
  readonly phrases: number;
  /** Links or bare invitations to a room that is there, a speaker's and a listener's; null makes a room. */
  readonly invitations: readonly string[];
  /** The server's process, where it runs here and is not found by its port. */
  readonly pid: number | null;
  readonly json: string | null;
  readonly html: string | null;
  readonly thresholds: Thresholds;
}

interface NumberOption {
  readonly about: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

const NUMBERS = {
  speakers: { about: 'people who speak', value: 5, least: 1, most: 200, whole: true },
  listeners: { about: 'people who listen', value: 100, least: 1, most: 5_000, whole: true },
  seconds: { about: 'measured after the last has joined', value: 30, least: 1, most: 3_600 },
  rate: { about: 'joins a second', value: 20, least: 0.1, most: 500 },
  talking: { about: 'who speak at once', value: 2, least: 1, most: 200, whole: true },
  ears: { about: 'listeners who decode what comes', value: 5, least: 0, most: 50, whole: true },
  phrases: { about: 'phrases a second, all together', value: 0.5, least: 0, most: 20 },
} as const satisfies Record<string, NumberOption>;
type NumberName = keyof typeof NUMBERS;

export const USAGE = [
  'Fills a room with people over real ICE, DTLS, SRTP and Opus, and reports how they fared.',
  '',
  '  npm run loadtest -- --speakers 5 --listeners 500 --seconds 60 --url http://127.0.0.1:3000',
  '',
  line('--url ADDRESS', 'the server (http://127.0.0.1:3000)'),
  ...Object.entries(NUMBERS).map(([name, { about, value }]) =>
    line(`--${name} NUMBER`, `${about} (${value})`),
  ),
  line('--invitation LINK', 'to a room that is there instead of a new one; once for who speaks,'),
  line('', 'once for who listens'),
  line('--pid NUMBER', "the server's process, where it is here and its port does not show it"),
  line('--json FILE', 'writes all figures'),
  line('--html FILE', 'writes a page with plots'),
  '',
  'Ends with 1 where one of these is missed, with 2 where the test could not be run:',
  '',
  ...Object.entries(THRESHOLDS).map(([name, { about, value, unit }]) =>
    line(`--${name} ${value === null ? 'NUMBER' : value}`, `${about}, ${unit}`),
  ),
  '',
].join('\n');

function line(option: string, about: string): string {
  return `  ${option.padEnd(25)} ${about}`;
}

/**
 * Reads the command line.
 * @returns null where help was asked for
 * @throws LoadError with what is wrong and what to write
 */
export function readOptions(args: readonly string[]): LoadOptions | null {
  const values = parsed(args);
  if (values['help'] === true) return null;
  const text = (name: string) => (values[name] as string | undefined) ?? null;
  const number = (name: NumberName) => numberOf(name, text(name), NUMBERS[name]);
  const speakers = number('speakers');
  const pid = text('pid');
  return {
    url: urlOf(text('url') ?? 'http://127.0.0.1:3000'),
    speakers,
    listeners: number('listeners'),
    seconds: number('seconds'),
    rate: number('rate'),
    talking: Math.min(number('talking'), speakers),
    ears: number('ears'),
    phrases: number('phrases'),
    invitations: (values['invitation'] as string[] | undefined) ?? [],
    pid: pid === null ? null : numberOf('pid', pid, PID),
    json: text('json'),
    html: text('html'),
    thresholds: thresholdsOf(text),
  };
}

const PID: NumberOption = { about: '', value: 0, least: 1, most: 2 ** 22, whole: true };
const LIMIT: NumberOption = { about: '', value: 0, least: 0, most: 1e9 };

function parsed(args: readonly string[]) {
  const names = [...Object.keys(NUMBERS), ...Object.keys(THRESHOLDS), 'url', 'pid', 'json', 'html'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...options,
        invitation: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }).values as Record<string, unknown>;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ');
    throw new LoadError(`${reason}. See npm run loadtest -- --help`);
  }
}

function numberOf(name: string, text: string | null, option: NumberOption): number {
  if (text === null) return option.value;
  const { least, most, whole = false } = option;
  const number = text.trim() === '' ? NaN : Number(text);
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
  throw new LoadError(
    `--${name}: write a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not ${text}`,
  );
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new LoadError(`--url: write an address such as http://127.0.0.1:3000, not ${text}`);
}

function thresholdsOf(text: (name: string) => string | null): Thresholds {
  const entries = Object.entries(THRESHOLDS).map(([name, { value }]) => {
    const given = text(name);
    return [name, given === null ? value : numberOf(name, given, LIMIT)] as const;
  });
  return Object.fromEntries(entries) as Record<ThresholdName, number | null>;
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isPhraseLane, ownerOfLane, type Manifest, type Peaks } from '#protocol';
import { friendlyNames } from './friendlyNames.ts';
import words from './offlinePlayer/words.json' with { type: 'json' };

const STYLES = ['base', 'lanes', 'phrases', 'controls'];
/** Each after what it imports: the page has them in one script, for a page on a disk can load no module. */
const SCRIPTS = [
  ...['text', 'sound', 'lane', 'dom', 'recording'],
  ...['voices', 'phrases', 'notes', 'page'],
];
/** More than a wide screen draws bars. */
const MOST_PEAKS = 1_200;

type Speaker = Manifest['speakers'][number];
type Shown = Omit<Manifest, 'captions' | 'captionsJson' | 'player' | 'consentLog'>;

/** One voice, as the page shows it. */
export interface PlayerVoice {
  readonly label: string;
  /** It is what the room's voice said for this person, and not a microphone. */
  readonly phrases: boolean;
  /** Anything that stays the same for a person: it picks the tint. */
  readonly seed: string;
  /** Where its sound may lie, seen from the page. */
  readonly sources: readonly string[];
  /** When it was heard, from and to in seconds. */
  readonly segments: readonly (readonly [start: number, end: number])[];
  /** Loudness in hexadecimal, two digits each, over the length of the recording. */
  readonly peaks: string;
}

/** All that the page knows. */
export type PlayerData = ReturnType<typeof dataOf>;

/**
 * A page that plays a recording from the folder it lies in, without a server: the recording's own or
 * the unpacked ZIP with its friendlier names. All that people wrote stands in it as JSON in which
 * nothing can end the script, and is shown as text only; its policy names the page's own script and
 * style by their hashes, so that no other runs.
 * @param readPeaks of one speaker
 */
export function offlinePlayer(manifest: Shown, readPeaks: (speaker: Speaker) => Peaks): string {
  const style = STYLES.map((name) => part(`${name}.css`)).join('\n');
  const script = SCRIPTS.map((name) => withoutModules(part(`${name}.js`))).join('\n');
  const policy = [
    "default-src 'none'",
    "media-src 'self' file:",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  // What people wrote comes last: nothing is looked for in it.
  return [
    ['POLICY', policy.join('; ')] as const,
    [/\s*\/\* STYLE \*\/\s*/, style] as const,
    [/\s*\/\* SCRIPT \*\/\s*/, script] as const,
    ['"DATA"', harmless(dataOf(manifest, readPeaks))] as const,
  ].reduce((page, [place, content]) => page.split(place).join(content), part('page.html'));
}

function dataOf(manifest: Shown, readPeaks: (speaker: Speaker) => Peaks) {
  const { roomName, startedAt, startedBy, durationSeconds, stopReason } = manifest;
  const { markers, pauses, gaps, notRecorded, mix, speakers, phrases } = manifest;
  const friendly = friendlyNames(manifest);
  const sources = (path: string) => [...new Set([friendly.get(path) ?? path, path])];
  return {
    ...{ roomName, startedAt, startedBy, durationSeconds, stopReason },
    ...{ markers, pauses, gaps, notRecorded, words },
    mix:
      mix === null
        ? []
        : [
            { type: 'audio/webm; codecs="opus"', sources: sources(mix.webm.path) },
            { type: 'audio/mpeg', sources: sources(mix.mp3.path) },
          ],
    speakers: speakers.map((speaker): PlayerVoice => ({
      label: speaker.displayName,
      phrases: isPhraseLane(speaker.peerId),
      seed: ownerOfLane(speaker.peerId),
      sources: sources(speaker.file.path),
      segments: speaker.segments.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]),
      peaks: loudest(readPeaks(speaker).peaks),
    })),
    phrases: phrases.map(({ startSeconds, endSeconds, authorName, text, language }) => ({
      ...{ startSeconds, endSeconds, authorName, text, language },
    })),
  };
}

function loudest(peaks: readonly number[]): string {
  const count = Math.min(MOST_PEAKS, peaks.length);
  const each = Array.from({ length: count }, (_, index) => {
    const [from, to] = [index, index + 1].map((at) => Math.floor((at / count) * peaks.length));
    return Math.max(...peaks.slice(from, to));
  });
  return Buffer.from(each).toString('hex');
}

function harmless(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const part = (name: string) =>
  readFileSync(new URL(`./offlinePlayer/${name}`, import.meta.url), 'utf8');

/** A module's body, as it stands among the others. */
function withoutModules(source: string): string {
  return source.replace(/^import [^;]+;\n/gm, '').replace(/^export /gm, '');
}

/** As a policy names an inline script or style (CSP Level 3 section 2.3.1). */
function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

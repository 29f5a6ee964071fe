import { readFileSync } from 'node:fs';

/** One section of protocol/README.md: a message or a call, with its examples. */
export interface ReadmeEntry {
  readonly chapter: string;
  readonly name: string;
  readonly text: string;
  /** Parsed JSON by what stands after ```json: `in`, `out`, or nothing. */
  readonly examples: Readonly<Record<string, unknown>>;
}

const README = new URL('../../protocol/README.md', import.meta.url);

export const readmeText = () => readFileSync(README, 'utf8');

/** What protocol/README.md describes, in its order. */
export function readmeEntries(): ReadmeEntry[] {
  return readmeText()
    .split(/^## /m)
    .slice(1)
    .flatMap((chapterText) => {
      const chapter = chapterText.split('\n')[0]?.trim() ?? '';
      return chapterText
        .split(/^### `/m)
        .slice(1)
        .map((entry) => readEntry(chapter, entry));
    });
}

function readEntry(chapter: string, entry: string): ReadmeEntry {
  const examples: Record<string, unknown> = {};
  for (const [, use = '', json = ''] of entry.matchAll(/^```json ?(\w*)\n(.*?)^```$/gms)) {
    if (use in examples) throw new Error(`two examples at ${entry.slice(0, 40)}`);
    examples[use] = JSON.parse(json);
  }
  const [name = '', ...rest] = entry.split('`\n');
  return { chapter, name, text: rest.join('`\n').split('```')[0]?.trim() ?? '', examples };
}

/** The examples of one chapter by the name of their message. */
export function examplesOf(chapter: string): Record<string, Readonly<Record<string, unknown>>> {
  return Object.fromEntries(
    readmeEntries()
      .filter((entry) => entry.chapter === chapter)
      .map(({ name, examples }) => [name, examples]),
  );
}

/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
}

/** Idling is nobody's time, and what V8 says of itself before that is the start. */
const LEFT_OUT = new Set(['(idle)', '(root)', '(program)']);

/** The functions in which most time was spent themselves, with their shares in percent. */
export function hottestOf({ nodes, samples }: CpuProfile, most: number): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      LEFT_OUT.has(functionName)
        ? null
        : `${functionName || '(anonymous)'} ${url.split('/').at(-1)}`,
    ]),
  );
  const counts = new Map<string, number>();
  let total = 0;
  for (const sample of samples) {
    const name = names.get(sample);
    if (name === undefined || name === null) continue;
    total += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, count]) => [name.trim(), (100 * count) / total]);
}

import type * as v from 'valibot';

/** What is looked at of a valibot schema, or of a step of its pipe. */
interface Node {
  readonly type: string;
  readonly requirement?: unknown;
  readonly pipe?: readonly Node[];
  readonly entries?: Readonly<Record<string, Node>>;
  readonly options?: readonly (Node | string)[];
  readonly items?: readonly Node[];
  readonly item?: Node;
  readonly key?: Node | string;
  readonly value?: Node;
  readonly wrapped?: Node;
}

/** The steps that bound a value of that type. */
const BOUNDS: Readonly<Record<string, readonly string[]>> = {
  number: ['min_value', 'max_value'],
  string: ['max_length'],
  array: ['max_length'],
};
const KNOWN = [
  ...['strict_object', 'variant', 'union', 'tuple', 'record', 'nullable', 'exact_optional'],
  ...['boolean', 'literal', 'picklist'],
];

/** The paths of all numbers without a range and of all texts and lists without a length. */
export function unboundedIn(schema: v.GenericSchema): string[] {
  return visit(schema as unknown as Node, 'message');
}

function visit(node: Node, path: string): string[] {
  const found: string[] = [];
  const steps = stepsOf(node);
  const missing = (BOUNDS[node.type] ?? []).filter((it) => !steps.some(({ type }) => type === it));
  const isFixed = node.type === 'string' && steps.some(isFixedPattern);
  if (missing.length > 0 && !isFixed) found.push(`${path}: no ${missing.join(', no ')}`);
  if (!(node.type in BOUNDS) && !KNOWN.includes(node.type)) found.push(`${path}: ${node.type}?`);

  const { entries = {}, options = [], items = [], item, key, value, wrapped } = node;
  const inner: Record<string, Node | string | undefined> = {
    ...Object.fromEntries(Object.entries(entries).map(([name, it]) => [`.${name}`, it])),
    ...Object.fromEntries(options.map((it, index) => [`(${index})`, it])),
    ...Object.fromEntries(items.map((it, index) => [`.${index}`, it])),
    '[]': item,
    '.key': key,
    '.value': value,
    '?': wrapped,
  };
  const nodes = Object.entries(inner).filter(([, it]) => typeof it === 'object');
  return [...found, ...nodes.flatMap(([step, it]) => visit(it as Node, path + step))];
}

/** A schema and what its pipe adds, those of the schemas in the pipe too. */
function stepsOf(node: Node): Node[] {
  return (node.pipe ?? []).flatMap((step) => (step === node ? [] : [step, ...stepsOf(step)]));
}

/** A pattern without a repetition that has no end. */
function isFixedPattern({ type, requirement }: Node): boolean {
  return type === 'regex' && !/[*+]|,\}/.test((requirement as RegExp).source.replace(/\\./g, ''));
}

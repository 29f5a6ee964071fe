/** A value with one thing wrong, and what that is. */
export interface Mutation {
  readonly what: string;
  readonly value: unknown;
}

const LONG = 'x'.repeat(5_000);
const WRONG_NUMBERS = [NaN, Infinity, -Infinity, -1, 1.5, 2 ** 40, 2 ** 53];

/** Every way, of those that this file knows, to spoil one place of a JSON value. */
export function mutationsOf(value: unknown, path = ''): Mutation[] {
  const at = path || 'the message';
  const here: Mutation[] = [{ what: `${at} is null`, value: null }];
  if (typeof value === 'number') {
    for (const wrong of WRONG_NUMBERS)
      here.push({ what: `${at} is ${String(wrong)}`, value: wrong });
    here.push({ what: `${at} is a list`, value: [value] });
  } else if (typeof value === 'string') {
    here.push(
      { what: `${at} is 5000 characters`, value: LONG },
      { what: `${at} is {}`, value: {} },
    );
  } else if (typeof value === 'boolean') {
    here.push({ what: `${at} is 1`, value: 1 }, { what: `${at} is "true"`, value: 'true' });
  } else if (Array.isArray(value)) {
    here.push({ what: `${at} is an object`, value: { ...value } });
    if (value.length > 0) {
      const many: unknown[] = Array.from({ length: 100 }, () => value[0] as unknown);
      here.push({ what: `${at} has 100 items`, value: many });
    }
    return [...here, ...inside(value, path, (index, inner) => value.with(Number(index), inner))];
  } else if (typeof value === 'object' && value !== null) {
    here.push({ what: `${at} has a key too many`, value: { ...value, surprise: 1 } });
    here.push({ what: `${at} is a list`, value: [value] }, { what: `${at} is text`, value: LONG });
    return [...here, ...inside(value, path, (key, inner) => ({ ...value, [key]: inner }))];
  }
  return here;
}

function inside(
  value: object,
  path: string,
  put: (key: string, inner: unknown) => unknown,
): Mutation[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    mutationsOf(inner, path ? `${path}.${key}` : key).map((mutation) => ({
      what: mutation.what,
      value: put(key, mutation.value),
    })),
  );
}

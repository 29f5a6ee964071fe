import * as v from 'valibot';

// Every number that travels has a range and every text and list a length: mediasoup checks types and
// not ranges, NaN, -1 and 2**40 pass it, and neither end should believe that the other is well.

export const int = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));

export const listOf = <Item extends v.GenericSchema>(item: Item, max: number) =>
  v.pipe(v.array(item), v.maxLength(max));

/** Milliseconds since 1970. */
export const timeMs = int(0, Number.MAX_SAFE_INTEGER);

/** Of bytes, packets or phrases: more than a recording can have. */
export const count = int(0, 1e12);

/** A signed token, as an HTTP header and the socket's handshake take it. */
export const token = text(4_096);

/** The same entries, each of which may be left out. */
export const anyOf = <Entries extends v.ObjectEntries>(entries: Entries) =>
  Object.fromEntries(
    Object.entries(entries).map(([name, schema]) => [name, v.exactOptional(schema)]),
  ) as { [Name in keyof Entries]: v.ExactOptionalSchema<Entries[Name], undefined> };

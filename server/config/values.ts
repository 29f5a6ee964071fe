import path from 'node:path';
import * as v from 'valibot';

// The kinds of values that settings have. A message says what to write instead.

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]', '::1'];

export const text = (what: string) => v.pipe(v.string(), v.trim(), v.nonEmpty(what));

/** Items between commas; blanks around them, and empty ones, do not count. */
export const list = v.pipe(
  v.string(),
  v.transform((items) => items.split(',').flatMap((item) => item.trim() || [])),
);

export const MIN_SECRET_LENGTH = 32;

/** What signs. Refused where it can be guessed, in words that do not show it. */
export const strongSecret = v.pipe(
  v.string(),
  v.minLength(
    MIN_SECRET_LENGTH,
    `use at least ${MIN_SECRET_LENGTH} random characters, for example from: openssl rand -base64 48`,
  ),
  v.check(
    (secret) => new Set(secret).size >= 12 && !/change.?me|example|secret/i.test(secret),
    'it looks like a sample: make your own with: openssl rand -base64 48',
  ),
);

export const integer = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, `write a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.integer(),
    v.minValue(min, `write a number from ${min} to ${max}`),
    v.maxValue(max, `write a number from ${min} to ${max}`),
  );

export const address = v.union(
  [
    v.pipe(v.string(), v.ip()),
    v.pipe(v.string(), v.regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/i)),
  ],
  'write an IP address or a host name',
);

const webAddress = (example: string) =>
  v.pipe(
    v.string(),
    v.url(`write an address such as ${example}`),
    v.transform((value) => new URL(value)),
    v.check(({ protocol }) => /^https?:$/.test(protocol), 'begin it with https:// or http://'),
  );

export const origin = v.pipe(
  webAddress('https://cora.example.org'),
  v.check(({ pathname, search }) => pathname === '/' && !search, 'leave out path and query'),
  v.transform((url) => url.origin),
);

/** With a path, should it need one, and nothing else. */
export const endpoint = v.pipe(
  webAddress('https://s3.example.org'),
  v.check(
    ({ search, hash, username }) => !search && !hash && !username,
    'leave out all but a path',
  ),
  v.transform((url) => url.href),
);

export const directory = v.pipe(
  text('name a directory'),
  v.transform((value) => path.resolve(value)),
);

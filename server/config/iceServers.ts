import * as v from 'valibot';
import { list, strongSecret } from './values.ts';

// Servers that get browsers through firewalls: STUN says what their address looks like from outside,
// TURN carries for those who reach nothing else.

/** RFC 7064: no transport, since browsers ask over UDP alone. A host is a name or an address, IPv6 in brackets. */
const STUN_URL = /^stun:(?<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?<port>\d{1,5}))?$/i;
/** RFC 7065. */
const TURN_URL =
  /^(?<scheme>turns?):(?<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?<port>\d{1,5}))?(?:\?transport=(?<transport>udp|tcp))?$/i;
const STUN_EXAMPLE = 'stun:turn.example.org:3478';
const TURN_EXAMPLE = 'turn:turn.example.org:3478?transport=udp';
/** Each one takes a browser more time to try. */
const MAX_URLS = 8;

const urls = (pattern: RegExp, example: string) =>
  v.pipe(
    list,
    v.nonEmpty(`write addresses such as ${example}`),
    v.maxLength(MAX_URLS, `write at most ${MAX_URLS}`),
    v.everyItem((url) => isServer(pattern.exec(url)), `write addresses such as ${example}`),
  );

export const ICE_SERVERS = {
  STUN_URLS: v.exactOptional(urls(STUN_URL, STUN_EXAMPLE)),
  TURN_URLS: v.exactOptional(
    v.pipe(
      urls(TURN_URL, TURN_EXAMPLE),
      v.everyItem(
        (url) => !/^turns:.*=udp$/i.test(url),
        'browsers know TURN with TLS over TCP alone: write turns:turn.example.org:443?transport=tcp',
      ),
    ),
  ),
  TURN_SECRET: v.exactOptional(
    v.pipe(
      list,
      v.nonEmpty('write the static-auth-secret of the TURN server'),
      v.maxLength(2, 'write one, or two while one takes the place of the other'),
      v.array(strongSecret),
    ),
  ),
} as const;

type Environment = v.InferOutput<ReturnType<typeof v.object<typeof ICE_SERVERS>>>;

export interface IceServerSettings {
  /** RFC 7064. May be empty. */
  readonly stunUrls: readonly string[];
  /** RFC 7065. May be empty. */
  readonly turnUrls: readonly string[];
  /** What signs credentials; null without TURN. */
  readonly turnSecret: string | null;
}

/** What is well formed alone and would not work together. */
export function iceServerProblems({ TURN_URLS, TURN_SECRET }: Environment): string[] {
  if (TURN_URLS && !TURN_SECRET) {
    return [
      'TURN_SECRET: TURN_URLS alone lets nobody in. Set it to the static-auth-secret of the TURN server.',
    ];
  }
  if (TURN_SECRET && !TURN_URLS) {
    return [
      `TURN_URLS: TURN_SECRET alone tells browsers of no server. Set it to addresses such as ${TURN_EXAMPLE}, or leave both out.`,
    ];
  }
  return [];
}

/** Expects settings without problems. Of two secrets the first signs; only the TURN server needs the other. */
export function toIceServers({
  STUN_URLS,
  TURN_URLS,
  TURN_SECRET,
}: Environment): IceServerSettings {
  return {
    stunUrls: STUN_URLS ?? [],
    turnUrls: TURN_URLS ?? [],
    turnSecret: TURN_SECRET?.[0] ?? null,
  };
}

function isServer(found: RegExpExecArray | null): boolean {
  const { host, port } = found?.groups ?? {};
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return false;
  return URL.canParse(`http://${host}`);
}

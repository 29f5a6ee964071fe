import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
/** What a household or a phone is given of IPv6 (RFC 6177): it chooses freely among the rest. */
const NETWORK_GROUPS = 4;

/**
 * Whom a request is counted for: an IPv4 address, or the /64 of an IPv6 address.
 * @param isTrusted whether an address is that of a proxy of one's own
 */
export function addressOf(
  request: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  isTrusted: (address: string) => boolean,
): string {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return network(clientAddress(request.socket.remoteAddress ?? '', forwarded, isTrusted));
}

/**
 * Each proxy adds on the right whom it was asked by, so what stands left of a stranger's address is
 * the stranger's own invention. What is no address ends the walk: nobody trusted wrote it.
 */
function clientAddress(
  peer: string,
  forwarded: readonly string[],
  isTrusted: (address: string) => boolean,
): string {
  let address = plain(peer);
  for (const entry of forwarded.toReversed()) {
    if (!isTrusted(address)) break;
    const before = plain(withoutPort(entry.trim()));
    if (!isIPv4(before) && !isIPv6(before)) break;
    address = before;
  }
  return address;
}

/** Without its zone, and as IPv4 where it is one that was mapped (RFC 4291 section 2.5.5.2). */
function plain(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return bare;
  const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  return bytes.join('.');
}

/** Some proxies add the port, as in `192.0.2.1:5000` and `[2001:db8::1]:5000`. */
function withoutPort(entry: string): string {
  const match = /^\[(?<six>[^\]]*)\](:\d+)?$|^(?<four>[\d.]+):\d+$/.exec(entry);
  return match?.groups?.['six'] ?? match?.groups?.['four'] ?? entry;
}

function network(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address).slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  // A URL's host is in the one canonical form (RFC 5952), in which no group is written as IPv4.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = [], right = []] = canonical
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':').map((group) => parseInt(group, 16))));
  return [...left, ...Array<number>(GROUPS - left.length - right.length).fill(0), ...right];
}

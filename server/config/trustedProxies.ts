import { BlockList, isIP, isIPv6 } from 'node:net';
import * as v from 'valibot';

/** The widest blocks that somebody can have as their own: 10.0.0.0/8 and fc00::/7. */
const MIN_PREFIX = { ipv4: 8, ipv6: 7 } as const;
const PREFIX = /^(?<address>[^/]+)(\/(?<bits>\d{1,3}))?$/;

/** Whether an address is that of a proxy whose X-Forwarded-For is believed. */
export type IsTrustedProxy = (address: string) => boolean;

interface Block {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

/** Addresses and CIDR blocks with commas between; none trusts nobody. */
export const trustedProxies = v.pipe(
  v.string(),
  v.transform((list) => list.split(',').flatMap((item) => item.trim() || [])),
  v.array(
    v.pipe(
      v.string(),
      v.transform(toBlock),
      v.check(
        (block) => block !== null,
        'write the addresses of your own proxies, such as 127.0.0.1 or 10.0.0.0/8; "true", "*" and names would let anybody claim any address',
      ),
      v.check(
        (block) => block === null || block.bits >= MIN_PREFIX[block.family],
        'a block as wide as that lets anybody claim any address; write the addresses of your own proxies',
      ),
    ),
  ),
  v.transform(toMatcher),
);

function toBlock(entry: string): Block | null {
  const { address = '', bits } = PREFIX.exec(entry)?.groups ?? {};
  if (isIP(address) === 0 || address.includes('%')) return null;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  const length = bits === undefined ? longest : Number(bits);
  return length <= longest ? { address, family, bits: length } : null;
}

function toMatcher(blocks: (Block | null)[]): IsTrustedProxy {
  const list = new BlockList();
  for (const block of blocks) {
    if (block) list.addSubnet(block.address, block.bits, block.family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

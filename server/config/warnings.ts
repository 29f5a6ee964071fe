import { BlockList, isIP } from 'node:net';
import type { Config } from '../config.ts';
import { isOpenToStrangers } from './cluster.ts';
import { LOOPBACK_HOSTS } from './values.ts';

// What a server can start with, and most people would not want.

/** Addresses that nobody reaches from elsewhere. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8], // loopback
  ['10.0.0.0', 8], // RFC 1918
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10], // behind a carrier's NAT, RFC 6598
  ['169.254.0.0', 16], // link-local
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7], // RFC 4193
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** `text` is a line for the log: the variable's name, what may go wrong, what to do. */
export type ConfigWarning = { readonly text: string; readonly publicUrl: string } & (
  | {
      readonly kind: 'privateAddress';
      readonly variable: 'LISTEN_IP' | 'ANNOUNCED_ADDRESS';
      readonly address: string;
    }
  | { readonly kind: 'unknownProxy' }
  | { readonly kind: 'openRedis' }
);

/** What is to be told at the start. Empty where nothing looks wrong. */
export function configWarnings(config: Config): ConfigWarning[] {
  const { publicUrl } = config;
  if (publicUrl === undefined || isPrivate(new URL(publicUrl).hostname)) return [];
  return [
    ...privateAddress(config, publicUrl),
    ...unknownProxy(config, publicUrl),
    ...openRedis(config, publicUrl),
  ];
}

function privateAddress(
  { announcedAddress, listenIp }: Config,
  publicUrl: string,
): ConfigWarning[] {
  const address = announcedAddress ?? listenIp;
  if (!isPrivate(address)) return [];
  const variable = announcedAddress === undefined ? 'LISTEN_IP' : 'ANNOUNCED_ADDRESS';
  const text = `${variable}: ${address} is private, and PUBLIC_URL is ${publicUrl}. Who is in another network will hear nothing: set ANNOUNCED_ADDRESS to the public address that leads here. Where everybody is in this network, all is well.`;
  return [{ kind: 'privateAddress', variable, address, publicUrl, text }];
}

/** Only a proxy on this machine reaches a server that listens to nobody else. */
function unknownProxy({ host, isTrustedProxy }: Config, publicUrl: string): ConfigWarning[] {
  if (!LOOPBACK_HOSTS.includes(host) || ['127.0.0.1', '::1'].some(isTrustedProxy)) return [];
  const text = `TRUSTED_PROXIES: a proxy on this machine brings everybody from ${publicUrl}, and limits count them as one address. Set TRUSTED_PROXIES to 127.0.0.1 where the proxy adds who asked it to X-Forwarded-For.`;
  return [{ kind: 'unknownProxy', publicUrl, text }];
}

/** What people write goes over that line, and who reaches Redis is a moderator everywhere. */
function openRedis({ cluster }: Config, publicUrl: string): ConfigWarning[] {
  if (!cluster || !isOpenToStrangers(cluster.redisUrl, isPrivate)) return [];
  const text = `REDIS_URL: it leads over a public network without TLS or without a password. Write rediss:// with a password, or an address of a private network.`;
  return [{ kind: 'openRedis', publicUrl, text }];
}

/** @param host an IP address, in brackets or not, or a name */
function isPrivate(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  if (version === 0) return LOOPBACK_HOSTS.includes(address);
  return PRIVATE.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

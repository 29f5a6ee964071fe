import { which } from '../setup/paths.mjs';

/** What tests with networks of their own need, and the Debian package that has it. */
const tools = [
  { command: 'ip', from: 'iproute2' },
  { command: 'nft', from: 'nftables' },
  { command: 'turnserver', from: 'coturn' },
  { command: 'openssl', from: 'openssl' },
];

/**
 * Why networks cannot be made on this machine.
 * @returns {string | null} null where they can
 */
export function lackingForNetworks() {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid() !== 0) return 'only root may make network namespaces';
  const absent = tools.filter(({ command }) => !which(command));
  if (absent.length === 0) return null;
  return `missing of Debian: ${absent.map(({ from }) => from).join(', ')}`;
}

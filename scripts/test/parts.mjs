import { lackingForNetworks } from './network.mjs';

/**
 * What `npm test` is made of, in the order in which it runs. A `check` is one command that passes
 * or fails as a whole, and is heard where it `saysHow` it passed; a `suite` is a vitest project,
 * which counts its own tests, runs as many files `atOnce` as it says, and is skipped for what it is `lacking` where that is a text.
 */
export const checks = [
  { name: 'lint', command: 'eslint', args: ['.'] },
  { name: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  {
    name: 'svelte',
    command: 'svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'audit', command: 'node', args: ['scripts/test/audit.mjs'], saysHow: true },
];

export const suites = [
  { name: 'unit', about: 'rules, protocol and doors, with fakes' },
  { name: 'media', about: 'a real mediasoup worker' },
  { name: 'cluster', about: 'servers that share rooms through a real Redis' },
  { name: 'pages', about: 'pages in real browsers against a real server', atOnce: 2 },
  { name: 'e2e', about: 'rooms with sound, in real browsers against a real server' },
  {
    name: 'network',
    about: 'real browsers through firewalls and a real TURN server',
    lacking: lackingForNetworks(),
  },
];

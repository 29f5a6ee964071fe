import { defineConfig } from 'vitest/config';
import { lackingForNetworks } from './scripts/test/network.mjs';

const SECOND_MS = 1_000;

/** Why there are no tests of networks here; null where there are. */
const lacking = lackingForNetworks();
if (lacking !== null && process.argv.includes('network')) {
  console.warn(`network: skipped, ${lacking}`);
}

/** Folders of tests that need nothing but Node. */
const UNIT = [
  'protocol',
  'domain',
  'session',
  'recording',
  'storage',
  'auth',
  'signaling',
  'http',
  'config',
  'speech',
  'web',
  'loadtest',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`tests/{${UNIT.join(',')}}/**/*.test.ts`, 'tests/*.test.ts'],
        },
      },
      {
        // A real mediasoup worker. One file at a time, so that measured times mean something.
        test: {
          name: 'media',
          include: ['tests/media/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 20 * SECOND_MS,
          hookTimeout: 30 * SECOND_MS,
        },
      },
      {
        // A real Redis, and servers that share rooms through it.
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 30 * SECOND_MS,
          hookTimeout: 60 * SECOND_MS,
        },
      },
      {
        // Real browsers, a real server and a real TURN server, each in a network of its own.
        test: {
          name: 'network',
          include: lacking === null ? ['tests/network/**/*.test.ts'] : [],
          fileParallelism: false,
          testTimeout: 90 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
        },
      },
      {
        // Pages that measure no sound of a room: two files at a time mind nothing of each other.
        test: {
          name: 'pages',
          include: ['tests/pages/**/*.test.ts'],
          testTimeout: 90 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
        },
      },
      {
        // Rooms with sound, in real browsers against a real server.
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 90 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
        },
      },
    ],
  },
});

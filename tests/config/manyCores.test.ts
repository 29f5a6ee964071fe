import type * as os from 'node:os';
import { expect, it, vi } from 'vitest';
import { readConfig } from '#server/config.ts';

vi.mock('node:os', async (original) => ({
  ...(await original<typeof os>()),
  availableParallelism: () => 96,
}));

it('[CF14] starts on a machine of more cores than a server may have workers', () => {
  expect(readConfig({}).workers).toBe(64);
});

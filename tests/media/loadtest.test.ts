import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ServerProcess } from '#tests/support/server.ts';
import type { Report } from '../../scripts/loadtest/report.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({ environment: { MAX_PEERS_PER_ROOM: '6' } });
});

afterAll(() => server.cleanUp());

interface Ended {
  readonly code: number;
  readonly said: string;
}

function loadTest(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const line = ['scripts/loadtest.mjs', '--seconds', '2', '--speakers', '2', ...args];
    execFile(process.execPath, line, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr });
    });
  });
}

describe('the load test against a server', () => {
  it('[LT8] lets people come in, hear and read, and loses nothing', async () => {
    const file = path.join(server.home, 'load.json');
    const few = ['--listeners', '4', '--phrases', '2', '--max-join-p95', '15000'];
    const patient = ['--max-first-sound-p95', '15000', '--max-loss', '0', '--json', file];
    const { code, said } = await loadTest('--url', server.url, ...few, ...patient);
    expect(said).toContain('2 who speak, 4 who listen');
    expect(code).toBe(0);
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report.people).toMatchObject({ failed: 0, heldOff: 0 });
    expect(report.sound.packets).toBeGreaterThan(100);
    expect(report.sound.delayMs?.p50).toBeGreaterThan(20);
    expect(report.phrases.said).toBeGreaterThan(0);
    expect(report.phrases.missing).toBe(0);
    expect(report.server?.workersPercent).toBeGreaterThan(0);
  });

  it('[LT9] counts who does not get in, with the reason', async () => {
    const { code, said } = await loadTest('--url', server.url, '--listeners', '5');
    expect(code).toBe(1);
    expect(said).toMatch(/failed +1: .*full/i);
  });

  it('[LT10] says how to start a server where none answers', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    const { code, said } = await loadTest('--url', `http://127.0.0.1:${port}`);
    expect(code).toBe(2);
    expect(said).toMatch(/No server answers at .*: start one with npm start/i);
  });

  it('[LT11] counts who is lost where the server ends while it is measured', async () => {
    const other = await ServerProcess.start();
    const test = loadTest('--url', other.url, '--listeners', '3', '--seconds', '4');
    await vi.waitUntil(() => other.logLines.filter((line) => line.includes('peer joined'))[4], {
      timeout: 20_000,
    });
    await other.end('SIGKILL');
    const { code, said } = await test;
    expect(code).toBe(1);
    expect(said).toMatch(/failed +5: .*the connection was lost/);
  });

  it('[LT12] says before it begins that its report cannot be written', async () => {
    const file = path.join(server.home, 'missing', 'load.json');
    const { code, said } = await loadTest('--url', server.url, '--json', file);
    expect(code).toBe(2);
    expect(said).toBe(`${file} cannot be written (ENOENT).\n`);
  });
});

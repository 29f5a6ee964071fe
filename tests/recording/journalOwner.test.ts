import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { isOwnedByAnother, thisProcess } from '#server/recording/journalOwner.ts';

const ticksOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? '';

it('[RK2] a journal belongs to its writer as long as that very process lives', async () => {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const owner = { pid, startedAtTicks: ticksOf(pid) };
  expect(isOwnedByAnother(owner)).toBe(true);
  expect(isOwnedByAnother({ ...owner, startedAtTicks: '1' })).toBe(false);
  expect(isOwnedByAnother(thisProcess)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isOwnedByAnother(owner)).toBe(false);
});

it('[RK3] one that died and was not buried by its parent owns nothing', async () => {
  // The shell becomes a program that never asks after its child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1');
  await expect.poll(stat, { timeout: 4_000 }).toContain(') Z ');
  expect(isOwnedByAnother({ pid, startedAtTicks: ticksOf(pid) })).toBe(false);
});

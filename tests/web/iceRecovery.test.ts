import type { ConnectionState } from 'mediasoup-client/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IceRecovery } from '#web/client/iceRecovery.ts';

describe('IceRecovery', () => {
  let states: ConnectionState[];
  let canAsk: boolean;
  let isAlive: boolean;
  let restarts: number;
  let refuses: boolean;
  let givenUp: number;
  let recovery: IceRecovery;
  const become = (...now: ConnectionState[]) => {
    states = now;
    recovery.changed();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    [canAsk, isAlive, refuses] = [true, true, false];
    [restarts, givenUp] = [0, 0];
    recovery = new IceRecovery({
      states: () => states,
      isAlive: async () => isAlive,
      restart: async () => {
        if (refuses) throw new Error('refused');
        restarts += 1;
      },
      canAsk: () => canAsk,
      giveUp: () => (givenUp += 1),
    });
    become('connected', 'connected');
  });
  afterEach(() => {
    recovery.close();
    vi.useRealTimers();
  });

  it('[IR1] restarts after 2 s of a way that is broken off, and not when it mends before', async () => {
    become('connected', 'disconnected');
    vi.advanceTimersByTime(1_999);
    become('connected', 'connected');
    vi.advanceTimersByTime(10_000);
    expect(restarts).toBe(0);
    become('disconnected', 'connected');
    vi.advanceTimersByTime(2_000);
    expect(restarts).toBe(1);
  });

  it('[IR2] gives up when a restart has brought nothing in 4 s, and not where it has', async () => {
    become('disconnected', 'disconnected');
    await vi.advanceTimersByTimeAsync(5_999);
    expect(givenUp).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(givenUp).toBe(1);
    become('connected', 'connected');
    become('disconnected', 'disconnected');
    await vi.advanceTimersByTimeAsync(3_000);
    become('connected', 'connected');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([restarts, givenUp]).toEqual([2, 1]);
  });

  it('[IR3] restarts at once what has failed, and gives up what never stood', async () => {
    become('failed', 'connected');
    expect(restarts).toBe(1);
    const never = new IceRecovery({
      states: () => ['failed'],
      isAlive: async () => false,
      restart: async () => {},
      canAsk: () => true,
      giveUp: () => (givenUp += 1),
    });
    never.changed();
    expect(givenUp).toBe(1);
  });

  it('[IR4] waits for the server where it cannot be asked, and looks again when it is back', async () => {
    canAsk = false;
    become('disconnected', 'disconnected');
    await vi.advanceTimersByTimeAsync(30_000);
    expect([restarts, givenUp]).toEqual([0, 0]);
    canAsk = true;
    await recovery.doubt(false);
    expect(restarts).toBe(1);
  });

  it('[IR5] in doubt restarts what does not live, whatever it seems, and spares what does', async () => {
    await recovery.doubt(false);
    expect(restarts).toBe(0);
    isAlive = false;
    await recovery.doubt(false);
    expect(restarts).toBe(1);
    await vi.advanceTimersByTimeAsync(4_000);
    isAlive = true;
    await recovery.doubt(true);
    expect([restarts, givenUp]).toEqual([2, 0]);
  });

  it('[IR10] looks again after a search in the middle of which it was doubted, once', async () => {
    isAlive = false;
    await recovery.doubt(true);
    await recovery.doubt(true);
    expect(restarts).toBe(1);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(restarts).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([restarts, givenUp]).toEqual([2, 0]);
  });

  it('[IR6] gives up at once where the server refuses', async () => {
    refuses = true;
    become('disconnected', 'connected');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(givenUp).toBe(1);
  });

  it('[IR7] does nothing once it is closed', async () => {
    become('disconnected', 'connected');
    recovery.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([restarts, givenUp]).toEqual([0, 0]);
  });
});

import type { DataProducer } from 'mediasoup-client/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProtocolError, type ErrorCode } from '#protocol';
import { WayOut } from '#web/client/wayOut.ts';

/** A server that has one place for a way out, and takes it back with the role. */
class FakeTransports {
  hasWayOut = false;
  /** Whether the server has somebody on stage, and has a transport of theirs. */
  onStage = true;
  there = false;
  attempts = 0;
  /** False where it stood at the very moment in which it was let go. */
  heedsSignal = true;
  refusals: (ErrorCode | Error)[] = [];
  readonly #waiting: (() => void)[] = [];

  /** Decided when it is asked, and heard of when the answer comes. */
  async openSending(signal?: AbortSignal): Promise<DataProducer> {
    this.attempts += 1;
    const refusal = this.refusals.shift() ?? this.#refusal;
    if (refusal === null) this.there = true;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (refusal instanceof Error) throw refusal;
    if (refusal) throw new ProtocolError(refusal, 'refused');
    if (this.heedsSignal) signal?.throwIfAborted();
    this.hasWayOut = true;
    return {} as DataProducer;
  }

  get #refusal(): ErrorCode | null {
    if (!this.onStage) return 'FORBIDDEN';
    return this.there ? 'LIMIT_REACHED' : null;
  }

  closeSending(): void {
    this.hasWayOut = false;
  }

  /** A moderator's doing, of which the client hears later. */
  setOnStage(on: boolean): void {
    this.onStage = on;
    if (!on) this.there = false;
  }

  async answer(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('the way out', () => {
  let transports: FakeTransports;
  let wanted: boolean;
  let drafts: (DataProducer | null)[];
  let opened: number;
  let givenUp: number;
  let wayOut: WayOut;
  beforeEach(() => {
    vi.useFakeTimers();
    transports = new FakeTransports();
    [wanted, drafts, opened, givenUp] = [true, [], 0, 0];
    wayOut = new WayOut({
      transports,
      line: { sendOver: (channel) => drafts.push(channel) },
      isWanted: () => wanted,
      opened: () => (opened += 1),
      giveUp: () => (givenUp += 1),
    });
  });
  afterEach(() => {
    wayOut.close();
    vi.useRealTimers();
  });

  /** The server's decision, and news of it. */
  const become = (on: boolean) => {
    transports.setOnStage(on);
    wanted = on;
    void wayOut.follow();
  };
  const isOut = () => [transports.there, transports.hasWayOut, drafts.at(-1) !== null];

  it('[WO1] opens with the role and closes with it, any number of times', async () => {
    for (let round = 1; round <= 20; round += 1) {
      become(true);
      await transports.answer();
      expect([...isOut(), opened]).toEqual([true, true, true, round]);
      become(true);
      become(false);
      expect(isOut()).toEqual([false, false, false]);
    }
    expect(transports.attempts).toBe(20);
    expect(givenUp).toBe(0);
  });

  it('[WO2] is not there after a promotion that was taken back before it stood', async () => {
    become(true);
    become(false);
    await transports.answer();
    expect([transports.hasWayOut, opened, drafts]).toEqual([false, 0, [null]]);
    become(true);
    await transports.answer();
    expect([...isOut(), opened]).toEqual([true, true, true, 1]);
  });

  it('[WO2] also where it stood at the very moment', async () => {
    transports.heedsSignal = false;
    become(true);
    become(false);
    await transports.answer();
    expect([opened, drafts]).toEqual([0, [null]]);
  });

  it('[WO3] stands for the last of several promotions, whatever comes of those before', async () => {
    for (const on of [true, false, true, false, true]) become(on);
    await transports.answer();
    expect([...isOut(), opened, givenUp]).toEqual([true, true, true, 1, 0]);
    expect(drafts.filter((channel) => channel !== null)).toHaveLength(1);
  });

  it('[WO4] is left alone by a refusal that comes before the news of the role', async () => {
    transports.setOnStage(false);
    void wayOut.follow();
    await transports.answer();
    expect([transports.attempts, givenUp]).toEqual([1, 0]);
    become(false);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([transports.attempts, givenUp]).toEqual([1, 0]);
  });

  it('[WO5] is tried again where it failed, and when the server says', async () => {
    transports.refusals = ['INTERNAL', 'RATE_LIMITED'];
    void wayOut.follow();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await transports.answer();
      await vi.advanceTimersByTimeAsync(2_000);
    }
    await transports.answer();
    expect([transports.attempts, opened, givenUp]).toEqual([3, 1, 0]);
  });

  it('[WO6] is given up with all the rest where the server still has the one before', async () => {
    transports.there = true;
    void wayOut.follow();
    await transports.answer();
    expect([givenUp, opened]).toEqual([1, 0]);
  });

  it('[WO7] is made anew where the server lost it and the role goes on', async () => {
    become(true);
    await transports.answer();
    transports.there = false;
    wayOut.lost();
    expect(drafts.at(-1)).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    await transports.answer();
    expect([...isOut(), opened]).toEqual([true, true, true, 2]);
  });

  it('[WO8] says so where this browser cannot have one', async () => {
    transports.refusals = [new Error('no SCTP here')];
    const following = wayOut.follow().catch((error: Error) => error.message);
    await transports.answer();
    expect(await following).toBe('no SCTP here');
  });

  it('[WO9] is of no interest once all is closed', async () => {
    void wayOut.follow();
    wayOut.close();
    await transports.answer();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([opened, givenUp, drafts]).toEqual([0, 0, []]);
  });
});

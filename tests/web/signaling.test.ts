import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProtocolError } from '#protocol';
import { identity, opusCapabilities, rtpParameters } from '#tests/support/builders.ts';
import { refusalFrom } from '#tests/support/refusals.ts';
import { Switchboard } from '#tests/support/switchboard.ts';
import { Signaling, type SignalingEvents, type Told } from '#web/client/signaling.ts';

/** What a client's signalling reported, and a way to wait for it. */
class Witness implements SignalingEvents {
  readonly seen: string[] = [];
  readonly notifications: Told[] = [];
  refusal: ProtocolError | null = null;
  #waiting: (() => void)[] = [];

  connected = () => this.#saw('connected');
  disconnected = () => this.#saw('disconnected');
  heldOff = () => this.#saw('held off');
  unreachable = () => this.#saw('unreachable');
  refused = (error: ProtocolError) => {
    this.refusal = error;
    this.#saw('refused');
  };
  notified = (notification: Told) => {
    this.notifications.push(notification);
    this.#saw(notification.name);
  };
  asked: SignalingEvents['asked'] = {
    newConsumer: ({ peerId }) => {
      this.#saw(`asked to play ${peerId}`);
      return this.plays ? Promise.resolve({}) : Promise.reject(new Error('no transport'));
    },
  };
  plays = true;

  async until(what: string, times = 1): Promise<void> {
    while (this.seen.filter((it) => it === what).length < times) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #saw(what: string): void {
    this.seen.push(what);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe('a client’s signalling', () => {
  let board: Switchboard;
  let witness: Witness;
  const open: Signaling[] = [];
  beforeEach(async () => {
    // Node sends no Origin of its own accord, as a browser does.
    board = await Switchboard.open({ isAllowedOrigin: () => true });
    witness = new Witness();
  });
  afterEach(async () => {
    for (const signaling of open.splice(0)) signaling.close();
    await board.close();
  });

  const start = (accessToken: string, events = witness, renew?: () => Promise<string>) => {
    const options = { url: board.url, accessToken, events };
    const signaling = new Signaling(renew ? { ...options, renew } : options);
    open.push(signaling);
    return signaling;
  };

  it('[CS1] answers a request with its data, or fails with the server’s code', async () => {
    const who = identity();
    const signaling = start(board.pass(who));
    await witness.until('connected');
    expect(await refusalFrom(signaling.request('setMuted', { muted: true }))).toBe('WRONG_STATE');
    expect((await signaling.request('join', {})).you).toBe(who.peerId);
    expect(await refusalFrom(signaling.request('setMuted', { muted: true }))).toBe('NOT_FOUND');
  });

  it('[CS2] says why it was refused, and does not try again', async () => {
    start('stale');
    await witness.until('refused');
    expect(witness.refusal?.code).toBe('TOKEN_EXPIRED');
    expect(witness.seen).toEqual(['refused']);
  });

  it('[CS3] passes on what it is told, and leaves what it does not know', async () => {
    const signaling = start(board.pass(identity()));
    await witness.until('connected');
    await signaling.request('join', {});
    const media = board.house.engine.room.peers[0]!;
    media.events.consumerClosed('not an id' as never);
    media.events.phraseMessage(new TextEncoder().encode('nonsense'));
    await witness.until('phraseRejected');
    expect(witness.notifications).toEqual([
      { name: 'phraseRejected', body: { draftId: null, code: 'INVALID_MESSAGE' } },
    ]);
  });

  it('[CS4] answers what it is asked, also when it cannot', async () => {
    const signaling = start(board.pass(identity()));
    await witness.until('connected');
    await signaling.request('join', {});
    await signaling.request('listen', { rtpCapabilities: opusCapabilities() });
    const speakers = [await board.house.enter('speaker'), await board.house.enter('speaker')];
    for (const speaker of speakers) {
      await speaker.request('produce', { rtpParameters: rtpParameters(), muted: false });
      await witness.until(`asked to play ${speaker.peerId}`);
      witness.plays = false;
    }
    // What was refused is offered once more.
    await witness.until(`asked to play ${speakers[1]!.peerId}`, 2);
    // The server has all answers once it has answered what was sent after them.
    await refusalFrom(signaling.request('setMuted', { muted: true }));
    expect(board.house.journal.filter((it) => it === 'consumer resumed')).toHaveLength(1);
    expect(board.house.log.of('warn')).toEqual(['microphone could not be announced']);
  });

  it('[CS5] comes back after a loss, and stays away once closed', async () => {
    const signaling = start(board.pass(identity()));
    await witness.until('connected');
    board.dropAll();
    await witness.until('connected', 2);
    expect(witness.seen).toEqual(['connected', 'disconnected', 'connected']);
    signaling.close();
    const other = new Witness();
    start(board.pass(identity()), other);
    await other.until('connected');
    expect(witness.seen).toHaveLength(3);
  });

  it('[PN2] tries again at a server that is about to end, until another takes it', async () => {
    board.isReady = false;
    start(board.pass(identity()));
    await witness.until('held off', 2);
    board.isReady = true;
    await witness.until('connected');
    // However long that takes, it is no failed attempt.
    expect(witness.seen).toEqual(['held off', 'held off', 'connected']);
  });

  it('[CS6] waits as long as a server says that has no time for it, and then comes in', async () => {
    const retryAfterMs = 300;
    const busy = () => new ProtocolError('RATE_LIMITED', 'many come in at once', { retryAfterMs });
    board.refusals.push(busy(), busy());
    const beganMs = performance.now();
    start(board.pass(identity()));
    await witness.until('connected');
    expect(witness.seen).toEqual(['held off', 'held off', 'connected']);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(2 * retryAfterMs - 10);
  });

  it('[CS7] stays away once closed, though it was to come again', async () => {
    board.refusals.push(new ProtocolError('RATE_LIMITED', 'not now', { retryAfterMs: 1 }));
    const signaling = start(board.pass(identity()));
    await witness.until('held off');
    signaling.close();
    const other = new Witness();
    start(board.pass(identity()), other);
    await other.until('connected');
    expect(witness.seen).toEqual(['held off']);
  });

  it('[CS9] gets another token where the last one has expired, and goes on with that', async () => {
    const fresh = board.pass(identity());
    let renewals = 0;
    const signaling = start('stale', witness, async () => {
      renewals += 1;
      return fresh;
    });
    await witness.until('connected');
    expect([witness.seen, renewals, signaling.accessToken]).toEqual([['connected'], 1, fresh]);
    board.dropAll();
    await witness.until('connected', 2);
    expect(renewals).toBe(1);
  });

  it('[CS10] ends with what the door says, and where another token is no better', async () => {
    const refusedWith = async (renew: () => Promise<string>) => {
      const own = new Witness();
      start('stale', own, renew);
      await own.until('refused');
      return own.refusal?.code;
    };
    const revoked = new ProtocolError('INVITATION_REVOKED', 'revoked');
    expect(await refusedWith(() => Promise.reject(revoked))).toBe('INVITATION_REVOKED');
    let renewals = 0;
    const stale = async () => {
      renewals += 1;
      return 'stale';
    };
    expect(await refusedWith(stale)).toBe('TOKEN_EXPIRED');
    expect(renewals).toBe(1);
  });

  it('[CS11] tries again where the door cannot be reached, or has no time', async () => {
    const fresh = board.pass(identity());
    const answers: (() => Promise<string>)[] = [
      () => Promise.reject(new TypeError('no network')),
      () => Promise.reject(new ProtocolError('RATE_LIMITED', 'later', { retryAfterMs: 20 })),
      () => Promise.resolve(fresh),
    ];
    start('stale', witness, () => answers.shift()!());
    await witness.until('connected');
    expect(witness.seen).toEqual(['unreachable', 'held off', 'connected']);
  });

  it('[CS12] shows at the next handshake the token that the server gave last', async () => {
    const { clock } = board.house;
    const first = board.pass(identity({ expiresAt: clock.wallMs() + 9_000 }));
    const signaling = start(first);
    await witness.until('connected');
    await signaling.request('join', {});
    clock.advance(8_000);
    // What the server told before it answered is here by then.
    await signaling.request('echo', {});
    const next = signaling.accessToken;
    expect(next).not.toBe(first);
    board.forget(first);
    board.dropAll();
    await witness.until('connected', 2);
    expect(witness.seen).not.toContain('refused');
    expect(signaling.accessToken).toBe(next);
  });
});

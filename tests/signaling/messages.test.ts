import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBodySchema, RoomSnapshotSchema } from '#protocol';
import { identity, opusCapabilities, rtpParameters, sctpStream } from '#tests/support/builders.ts';
import { mediaId } from '#tests/support/fakeMedia.ts';
import { settled } from '#tests/support/fakes.ts';
import { Switchboard, received, type Client } from '#tests/support/switchboard.ts';
import * as v from 'valibot';

/** `levels` objects, one in the other. */
const nested = (levels: number): unknown =>
  JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

describe('messages over a socket', () => {
  let board: Switchboard;
  let ana: Client;
  let beto: Client;
  beforeEach(async () => {
    board = await Switchboard.open();
    ana = await board.connect(identity({ role: 'moderator' }));
    beto = await board.connect(identity({ role: 'speaker' }));
  });
  afterEach(() => board.close());

  it('[SG8] are answered with what their schema says', async () => {
    const reply = await ana.ask('join', {});
    expect(reply.ok && v.is(RoomSnapshotSchema, reply.data)).toBe(true);
  });

  it.each([
    ['of no known name', 'launch', [{}]],
    ['with a name of Object’s own', 'constructor', [{}]],
    ['with a name of Object’s own too', '__proto__', [{}]],
    ['without a body', 'join', []],
    ['with two bodies', 'join', [{}, {}]],
    ['with null', 'join', [null]],
    ['with text', 'join', ['{}']],
    ['with a key too many', 'join', [{ role: 'moderator' }]],
    ['nested too deep', 'join', [nested(7)]],
    ['nested very deep', 'join', [nested(2_000)]],
  ])('[SG9] %s get INVALID_MESSAGE, and the socket stays usable', async (_what, name, bodies) => {
    const reply = await ana.ask(name, ...bodies);
    expect(!reply.ok && v.parse(ErrorBodySchema, reply.error).code).toBe('INVALID_MESSAGE');
    expect(await ana.codeOf('join', {})).toBe('ok');
    expect(beto.heard).toEqual([]);
  });

  it('[SG9] say so when it is their depth', async () => {
    const reply = await ana.ask('join', nested(7));
    expect(reply).toMatchObject({ error: { message: 'join is nested too deep' } });
  });

  it('[SG10] in the wrong order get WRONG_STATE, and the socket stays usable', async () => {
    const early = [
      ['produce', { rtpParameters: rtpParameters(), muted: false }],
      ['produceData', { sctpStreamParameters: sctpStream() }],
      ['createTransport', {}],
      ['listen', { rtpCapabilities: opusCapabilities() }],
      ['setMuted', { muted: true }],
      ['startRecording', {}],
      ['stopRecording', {}],
    ] as const;
    for (const [name, body] of early)
      expect(await ana.codeOf(name, body), name).toBe('WRONG_STATE');
    expect(await ana.codeOf('join', {})).toBe('ok');
    expect(await ana.codeOf('join', {})).toBe('WRONG_STATE');
    expect(await ana.codeOf('startRecording', {})).toBe('ok');
  });

  it('[SG11] of an audience that speaks or records get FORBIDDEN, and nobody notices', async () => {
    await ana.ask('join', {});
    const carla = await board.connect(identity({ role: 'audience' }));
    await carla.ask('join', {});
    const heardBefore = ana.heard.length;
    const forbidden = [
      ['produce', { rtpParameters: rtpParameters(), muted: false }],
      ['produceData', { sctpStreamParameters: sctpStream() }],
      ['createTransport', {}],
      ['setMuted', { muted: false }],
      ['startRecording', {}],
      ['stopRecording', {}],
    ] as const;
    for (const [name, body] of forbidden)
      expect(await carla.codeOf(name, body), name).toBe('FORBIDDEN');
    expect(await carla.codeOf('listen', { rtpCapabilities: opusCapabilities() })).toBe('ok');
    expect(await ana.codeOf('setMuted', { muted: true })).toBe('NOT_FOUND');
    expect(ana.heard.length).toBe(heardBefore + 1);
  });

  it('[SG12] about somebody else’s things are answered like about none', async () => {
    await ana.ask('join', {});
    await beto.ask('join', {});
    const made = await beto.ask('createTransport', {});
    const dtlsParameters = {
      fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') as string }],
    };
    const theirs = made.ok ? made.data['transportId'] : undefined;
    const answers = [theirs, mediaId()].map((transportId) =>
      ana.ask('connectTransport', { transportId, dtlsParameters }),
    );
    const [first, second] = await Promise.all(answers);
    expect(first).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(first).toEqual(second);
  });

  it('[SG13] that make a handler fail get INTERNAL without its reason, which the log has', async () => {
    board.house.engine.failsToOpen = true;
    const reply = await ana.ask('join', {});
    expect(reply).toEqual({ ok: false, error: { code: 'INTERNAL', message: 'the server failed' } });
    expect(board.house.log.of('error')).toEqual(['request failed']);
  });

  it('[SG14] without an answer wanted do no harm', async () => {
    ana.socket.emit('join', {});
    ana.socket.emit('nonsense');
    ana.socket.emit('join', {}, 'not a function');
    expect(await ana.codeOf('join', {})).toBe('ok');
  });

  it('[SG15] repeat nothing of what was sent when they are refused', async () => {
    const replies = [
      await ana.ask('join', { canary4711: 1 }),
      await ana.ask('canary4711', {}),
      await ana.ask('join', { a: { canary4711: 'canary4711' } }),
    ];
    expect(replies.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(JSON.stringify(replies)).not.toContain('canary4711');
  });

  it('[SG16] of the server are believed only when answered by their schema', async () => {
    await ana.ask('join', {});
    await beto.ask('join', {});
    const answers: unknown[] = [
      { ok: true, data: {}, more: 1 },
      { ok: true, data: { surprise: 1 } },
      { ok: false, error: { code: 'NOT_FOUND', message: 'no' } },
      nested(2_000),
      'ok',
    ];
    const answerNext = (answer: unknown) =>
      new Promise<void>((resolve) => {
        beto.socket.once('newConsumer', (_body: unknown, acknowledge: (it: unknown) => void) => {
          acknowledge(answer);
          resolve();
        });
      });
    await beto.ask('listen', { rtpCapabilities: opusCapabilities() });
    for (const answer of answers) {
      const speaker = await board.connect(identity());
      await speaker.ask('join', {});
      const asked = answerNext(answer).then(() => answerNext(answer));
      await speaker.ask('produce', { rtpParameters: rtpParameters(), muted: false });
      await asked;
      expect(await beto.codeOf('setMuted', { muted: true })).toBe('NOT_FOUND');
    }
    await settled();
    expect(board.house.journal).not.toContain('consumer resumed');
    expect(board.house.log.of('warn')).toHaveLength(answers.length);
  });

  it('[SG21] of many who are cut off in one moment cost none of them their place', async () => {
    const crowd = await Promise.all(Array.from({ length: 20 }, () => board.connect(identity())));
    for (const client of crowd) await client.ask('join', {});
    board.dropAll();
    const { registry, log } = board.house;
    const away = () => log.of('info').filter((message) => message === 'peer away').length;
    await expect.poll(away).toBe(20);
    expect(registry.status(identity().roomId).peerCount).toBe(20);
  });

  it('[SG17] of somebody who is cut off stop, and the others are told, and told again when nobody comes back', async () => {
    await ana.ask('join', {});
    await beto.ask('join', {});
    const changed = received(ana.socket, 'rosterChanged');
    beto.socket.io.engine.close();
    expect(await changed).toMatchObject({ revision: 4, changed: [{ away: true }] });
    const left = received(ana.socket, 'rosterChanged');
    board.house.clock.advance(20_000);
    expect(await left).toMatchObject({ revision: 5 });
  });
});

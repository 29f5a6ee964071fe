import { beforeEach, describe, expect, it } from 'vitest';
import {
  dtlsParameters,
  opusCapabilities,
  rtpParameters,
  sctpStream,
  TRANSPORT_ID,
} from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const counted = (codes: string[]) => ({
  allowed: codes.filter((code) => code === 'allowed').length,
  refused: codes.filter((code) => code === 'LIMIT_REACHED').length,
});

describe('what one peer may have', () => {
  let house: House;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('speaker');
  });

  const requests = {
    'a way in': () => ana.request('listen', { rtpCapabilities: opusCapabilities() }),
    'a way out': () => ana.request('createTransport', {}),
    'a microphone': () => ana.request('produce', { rtpParameters: rtpParameters(), muted: false }),
    'a channel for drafts': () =>
      ana.request('produceData', { sctpStreamParameters: sctpStream() }),
  };

  it.each(Object.entries(requests))('[SL1] %s: one of 200 at once', async (_what, make) => {
    ana.media.working.hold();
    const attempts = Array.from({ length: 200 }, () => refusalFrom(make()));
    ana.media.working.open();
    expect(counted(await Promise.all(attempts))).toEqual({ allowed: 1, refused: 199 });
    expect(await refusalFrom(make())).toBe('LIMIT_REACHED');
  });

  it('[SL2] allows exactly one transport a direction', async () => {
    const make = [requests['a way in'], requests['a way out']] as const;
    const attempts = Array.from({ length: 200 }, (_, index) =>
      refusalFrom(make[index % 2 ? 0 : 1]()),
    );
    expect(counted(await Promise.all(attempts))).toEqual({ allowed: 2, refused: 198 });
    expect([ana.media.waysIn.length, ana.media.waysOut]).toEqual([1, 1]);
  });

  it.each(Object.entries(requests))('[SL3] %s: again after it failed', async (_what, make) => {
    ana.media.fails = true;
    expect(await refusalFrom(make())).toBe('NOT_FOUND');
    ana.media.fails = false;
    expect(await refusalFrom(make())).toBe('allowed');
  });

  it('[SL4] gives an audience a way in for sound and no way out', async () => {
    const carla = await house.enter('audience');
    expect(await refusalFrom(carla.request('createTransport', {}))).toBe('FORBIDDEN');
    await carla.listen();
    expect([carla.media.waysIn.length, carla.media.waysOut]).toEqual([1, 0]);
  });

  it('[SL5] knows no transport but the caller’s own', async () => {
    const connecting = ana.request('connectTransport', {
      transportId: TRANSPORT_ID,
      dtlsParameters: dtlsParameters(),
    });
    expect(await refusalFrom(connecting)).toBe('NOT_FOUND');
  });

  it('[SL6] refuses everything outside a room', async () => {
    const dora = house.visitor({ role: 'moderator' });
    const outcomes = [
      dora.request('createTransport', {}),
      dora.request('produce', { rtpParameters: rtpParameters(), muted: true }),
      dora.request('produceData', { sctpStreamParameters: sctpStream() }),
      dora.request('listen', { rtpCapabilities: opusCapabilities() }),
      dora.request('setMuted', { muted: true }),
      dora.request('startRecording', {}),
      dora.request('stopRecording', {}),
    ];
    const codes = await Promise.all(outcomes.map(refusalFrom));
    expect(new Set(codes)).toEqual(new Set(['WRONG_STATE']));
  });
});

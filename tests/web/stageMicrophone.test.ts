import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FakeMicrophone,
  OPEN,
  SILENT,
  SilentAudioContext,
  fakeTrack,
  lookOf,
} from '#tests/support/fakeMicrophone.ts';
import { settled } from '#tests/support/fakes.ts';

beforeEach(() => {
  vi.stubGlobal('AudioContext', SilentAudioContext);
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('addEventListener', () => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a microphone and the stage', () => {
  it('[OM14] is let go with the stage, also one that is being connected', async () => {
    const [first, second] = [fakeTrack(), fakeTrack()];
    const mine = new FakeMicrophone({ track: first, muted: false });
    mine.control.leaveStage();
    expect(first.readyState).toBe('ended');
    expect(mine.control.state).toBe('none');
    mine.server.holdsBack = true;
    const using = mine.control.use(second);
    await settled();
    mine.control.leaveStage();
    await mine.server.answer();
    await using;
    expect(second.readyState).toBe('ended');
    expect(mine.control.state).toBe('none');
  });

  it('[OM15] is connected as soon as there is a way out, muted until its owner opens it', async () => {
    const mine = new FakeMicrophone({ muted: true });
    mine.media.hasWayOut = false;
    mine.tell({ role: 'audience', offered: true });
    await mine.control.use(fakeTrack());
    expect(mine.control.state).toBe('muted');
    expect(mine.server.asked).toEqual([]);
    mine.media.hasWayOut = true;
    await mine.control.connect(mine.media);
    expect(lookOf(mine)).toEqual(SILENT);
    await mine.control.setMuted(false);
    expect(lookOf(mine)).toEqual(OPEN);
  });

  it('[OM18] is not kept by who only listens and is not offered the floor', async () => {
    const mine = new FakeMicrophone({ muted: true });
    mine.media.hasWayOut = false;
    mine.tell({ role: 'audience', offered: false });
    const track = fakeTrack();
    await mine.control.use(track);
    expect([mine.control.state, track.readyState]).toEqual(['none', 'ended']);
  });

  it('[OM16] tells the server of a mute that came while it was being connected', async () => {
    const mine = new FakeMicrophone({ track: fakeTrack(), muted: false });
    mine.server.holdsBack = true;
    const connecting = mine.control.connect(mine.media);
    await mine.control.setMuted(true);
    mine.server.holdsBack = false;
    await mine.server.answer();
    await connecting;
    expect(lookOf(mine)).toEqual(SILENT);
  });
});

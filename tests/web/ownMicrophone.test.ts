import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FakeMicrophone,
  OPEN,
  SILENT,
  SilentAudioContext,
  fakeTrack,
  lookOf,
} from '#tests/support/fakeMicrophone.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

beforeEach(() => {
  vi.stubGlobal('AudioContext', SilentAudioContext);
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('addEventListener', () => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Connected, and known to the server. */
async function connected(muted: boolean): Promise<FakeMicrophone> {
  const mine = new FakeMicrophone({ track: fakeTrack(), muted });
  await mine.control.connect(mine.media);
  mine.tell();
  return mine;
}

describe('a microphone that is held open', () => {
  it('[OM1] is open until it is let go, and muted then', async () => {
    const mine = await connected(true);
    await mine.control.hold();
    expect(lookOf(mine)).toEqual(OPEN);
    for (let repeat = 0; repeat < 20; repeat += 1) await mine.control.hold();
    await mine.control.letGo();
    expect(lookOf(mine)).toEqual(SILENT);
    expect(mine.server.asked).toEqual(['produce', 'unmute', 'mute']);
  });

  it('[OM2] stays muted when a moderator mutes it meanwhile, whatever the key repeats', async () => {
    const mine = await connected(true);
    await mine.control.hold();
    mine.muteFromOutside();
    mine.tell();
    expect(lookOf(mine)).toEqual(SILENT);
    for (let repeat = 0; repeat < 20; repeat += 1) await mine.control.hold();
    expect(lookOf(mine)).toEqual(SILENT);
    await mine.control.letGo();
    mine.tell();
    expect(lookOf(mine)).toEqual(SILENT);
    expect(mine.server.asked).toEqual(['produce', 'unmute']);
    // Another hold is another wish.
    await mine.control.hold();
    expect(lookOf(mine)).toEqual(OPEN);
  });

  it('[OM3] stays muted too when the mute comes while the server is still being asked', async () => {
    const mine = await connected(true);
    mine.server.holdsBack = true;
    const holding = mine.control.hold();
    mine.muteFromOutside();
    mine.tell();
    expect(mine.media.isSending).toBe(false);
    await mine.server.answer();
    await holding;
    expect(lookOf(mine)).toEqual(SILENT);
    const lettingGo = mine.control.letGo();
    await mine.server.answer();
    await lettingGo;
    expect(lookOf(mine)).toEqual(SILENT);
  });

  it('[OM4] is muted after a key that was let go before the server answered', async () => {
    const mine = await connected(true);
    mine.server.holdsBack = true;
    const both = [mine.control.hold(), mine.control.letGo()];
    expect(mine.control.state).toBe('muted');
    await mine.server.answer(1);
    expect(mine.media.isSending).toBe(false);
    await mine.server.answer();
    await Promise.all(both);
    expect(lookOf(mine)).toEqual(SILENT);
  });

  it('[OM5] is as it was where it was open, and nothing where there is none', async () => {
    const open = await connected(false);
    await open.control.hold();
    await open.control.letGo();
    expect(lookOf(open)).toEqual(OPEN);
    const none = new FakeMicrophone();
    await none.control.hold();
    await none.control.letGo();
    expect(none.server.asked).toEqual([]);
  });
});

describe('a moderator’s mute', () => {
  it('[OM6] is obeyed at once, and taken back by its owner alone', async () => {
    const mine = await connected(false);
    mine.muteFromOutside();
    mine.tell();
    expect(lookOf(mine)).toEqual(SILENT);
    await mine.control.agreeOn('muted', mine.media as never);
    await mine.rebuild();
    expect(lookOf(mine)).toEqual(SILENT);
    await mine.control.setMuted(false);
    expect(lookOf(mine)).toEqual(OPEN);
  });

  it('[OM7] wins over an unmute that did not know of it', async () => {
    const mine = await connected(true);
    mine.muteFromOutside();
    expect(await refusalFrom(mine.control.setMuted(false))).toBe('WRONG_STATE');
    expect(lookOf(mine)).toEqual(SILENT);
    mine.tell();
    await mine.control.setMuted(false);
    expect(lookOf(mine)).toEqual(OPEN);
  });

  it('[OM8] does not take back what its owner asks knowing of it, however late an answer comes', async () => {
    const mine = await connected(true);
    mine.server.holdsBack = true;
    mine.muteFromOutside();
    const early = refusalFrom(mine.control.setMuted(false));
    mine.tell();
    const late = mine.control.setMuted(false);
    await mine.server.answer();
    expect(await early).toBe('WRONG_STATE');
    await late;
    expect(lookOf(mine)).toEqual(OPEN);
  });

  it('[OM9] holds over an interruption in which nobody heard of it', async () => {
    const mine = await connected(false);
    mine.muteFromOutside();
    mine.tell();
    await mine.control.agreeOn(mine.server.state, mine.media as never);
    expect(lookOf(mine)).toEqual(SILENT);
    // Also where the count of mutes began anew with the server.
    const other = await connected(false);
    other.server.state = 'muted';
    await other.control.agreeOn('muted', other.media as never);
    expect(lookOf(other)).toEqual(SILENT);
  });

  it('[OM10] is found out by who comes back after it with a fresh page', async () => {
    const mine = new FakeMicrophone({ track: fakeTrack(), muted: false });
    mine.server.mutes = 1;
    mine.tell();
    await mine.control.connect(mine.media);
    expect(lookOf(mine)).toEqual(SILENT);
  });
});

describe('a microphone that may not be opened', () => {
  it('[OM11] stays muted, and says so', async () => {
    const mine = await connected(true);
    mine.server.mayUnmute = false;
    expect(await refusalFrom(mine.control.setMuted(false))).toBe('FORBIDDEN');
    expect(lookOf(mine)).toEqual(SILENT);
    expect(await refusalFrom(mine.control.hold())).toBe('FORBIDDEN');
    expect(lookOf(mine)).toEqual(SILENT);
  });

  it('[OM11] stays muted too where its owner opened it while it was being connected', async () => {
    const mine = new FakeMicrophone({ track: fakeTrack(), muted: true });
    mine.server.holdsBack = true;
    const connecting = mine.control.connect(mine.media);
    await mine.control.setMuted(false);
    expect(mine.control.state).toBe('open');
    mine.server.mayUnmute = mine.server.holdsBack = false;
    await mine.server.answer();
    await connecting;
    expect(lookOf(mine)).toEqual(SILENT);
  });

  it('[OM12] is shown muted where the server connected it so, told before or after its answer', async () => {
    for (const toldFirst of [true, false]) {
      const mine = new FakeMicrophone({ track: fakeTrack(), muted: false });
      mine.server.holdsBack = true;
      mine.server.mutes = 1;
      const connecting = mine.control.connect(mine.media);
      if (toldFirst) mine.tell({ mutes: 0 });
      await mine.server.answer();
      await connecting;
      if (!toldFirst) mine.tell({ mutes: 0 });
      expect(lookOf(mine)).toEqual(SILENT);
    }
  });

  it('[OM13] is not shown muted for what is told while its owner opens it', async () => {
    const mine = await connected(false);
    await mine.control.setMuted(true);
    mine.server.holdsBack = true;
    const opening = mine.control.setMuted(false);
    // A batch from before.
    mine.tell({ microphone: 'muted' });
    await mine.server.answer();
    await opening;
    mine.tell();
    expect(lookOf(mine)).toEqual(OPEN);
  });
});

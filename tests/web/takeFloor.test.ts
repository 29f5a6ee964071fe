import { beforeEach, describe, expect, it } from 'vitest';
import type { MicrophoneState, PeerInfo } from '#protocol';
import { takeFloor } from '#web/state/takeFloor.ts';

describe('taking the floor', () => {
  let done: string[];
  let state: { microphone: MicrophoneState; me: PeerInfo };

  const client = {
    get state() {
      return state;
    },
    stage: { answerFloor: async (accept: boolean) => void done.push(`floor ${accept}`) },
    microphone: { setMuted: async (muted: boolean) => void done.push(`muted ${muted}`) },
  } as unknown as Parameters<typeof takeFloor>[0]['client'];

  /** @param meanwhile what happens before the browser gives a microphone */
  const take = (meanwhile: () => void = () => {}) =>
    takeFloor({
      client,
      openMicrophone: async () => {
        done.push('asked');
        meanwhile();
        state = { ...state, microphone: 'muted' };
      },
    });

  beforeEach(() => {
    done = [];
    state = { microphone: 'muted', me: { mutes: 3 } as PeerInfo };
  });

  it('[TF1] opens the microphone that there is, and asks for one where there is none', async () => {
    await take();
    expect(done).toEqual(['floor true', 'muted false']);
    done = [];
    state = { ...state, microphone: 'none' };
    await take();
    expect(done).toEqual(['floor true', 'asked', 'muted false']);
  });

  it('[TF2] opens none where a moderator has muted one while it was asked for', async () => {
    state = { ...state, microphone: 'none' };
    await take(() => (state = { ...state, me: { mutes: 4 } as PeerInfo }));
    expect(done).toEqual(['floor true', 'asked']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConsumerId, PeerId, PeerInfo, Role } from '#protocol';
import { RemoteTracks } from '#web/client/remoteTracks.ts';
import { INITIAL_ROOM_STATE, isSoundExpected } from '#web/client/roomState.ts';
import { SoundHealth } from '#web/client/soundHealth.ts';

const [ana, beto] = ['peer-ana1', 'peer-beto'] as [PeerId, PeerId];

describe('the slots of the stage, heard', () => {
  let sounds: { volume: number; dataset: DOMStringMap }[];
  let tracks: RemoteTracks;
  beforeEach(() => {
    vi.useFakeTimers();
    sounds = [];
    vi.stubGlobal('document', {
      createElement: () => ({ volume: 1, dataset: {}, play: async () => {}, remove: () => {} }),
      body: { append: (sound: (typeof sounds)[number]) => sounds.push(sound) },
    });
    vi.stubGlobal('MediaStream', class {});
    tracks = new RemoteTracks(() => {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** @param audioLevel of what arrives at this moment, 0 to 1 */
  function add(heard: { peerId: PeerId | null; slot?: number }, audioLevel = 0) {
    const source = { timestamp: Date.now(), audioLevel };
    const rtpReceiver = { getSynchronizationSources: () => [source] };
    const consumer = { track: {}, close: () => {}, rtpReceiver } as never;
    const consumerId = `consumer-${String(sounds.length)}` as ConsumerId;
    tracks.add({ consumerId, ...heard }, consumer);
    return source;
  }

  it('[SH1] are each as loud as whoever is in it is wanted', () => {
    tracks.setVolumeOf(beto, 0.5);
    tracks.setHolders([ana, null]);
    add({ peerId: null, slot: 0 });
    add({ peerId: null, slot: 1 });
    add({ peerId: null });
    expect(sounds.map(({ dataset }) => dataset)).toEqual([
      { slot: '0' },
      { slot: '1' },
      { voice: 'room' },
    ]);
    const volumes = () => sounds.map(({ volume }) => volume);
    expect(volumes()).toEqual([1, 1, 1]);
    tracks.setHolders([beto, ana]);
    expect(volumes()).toEqual([0.5, 1, 1]);
    // What is still on its way of them is theirs.
    tracks.setHolders([null, ana]);
    expect(volumes()).toEqual([0.5, 1, 1]);
    tracks.setHolders([ana, beto]);
    expect(volumes()).toEqual([1, 0.5, 1]);
    tracks.setVolumes({ people: 0.5, voice: 0.75 });
    tracks.setVolumeOf(ana, 0);
    vi.advanceTimersByTime(1_000);
    expect(volumes()).toEqual([0, 0.25, 0.75]);
  });

  it('[SH2] show how loud somebody is, also who is heard directly', () => {
    tracks.setHolders([ana, beto]);
    add({ peerId: null, slot: 0 }, 0.1);
    add({ peerId: null, slot: 1 });
    add({ peerId: beto }, 1);
    expect(tracks.levelOf(ana)).toBeCloseTo(2 / 3);
    expect(tracks.levelOf(beto)).toBe(1);
    tracks.setHolders([null, ana]);
    expect([tracks.levelOf(ana), tracks.levelOf(beto)]).toEqual([0, 1]);
  });

  it('[SH6] fall silent once microphones are heard, and come back before they do', () => {
    const volumes = () => sounds.map(({ volume }) => volume);
    tracks.setHolders([ana]);
    const slot = add({ peerId: null, slot: 0 });
    add({ peerId: null });
    vi.advanceTimersByTime(1_000);
    tracks.changeTo('microphones');
    vi.advanceTimersByTime(1_000);
    expect(volumes()).toEqual([1, 1]);
    vi.advanceTimersByTime(1);
    add({ peerId: ana });
    vi.advanceTimersByTime(20);
    expect(volumes()).toEqual([0, 1, 1]);
    tracks.changeTo('slots');
    vi.advanceTimersByTime(1_000);
    expect(volumes()).toEqual([1, 1, 1]);
    slot.timestamp = Date.now();
    vi.advanceTimersByTime(20);
    expect(volumes()).toEqual([1, 1, 0]);
    // Nobody talks for as long as it is looked for: both may be heard.
    tracks.changeTo('microphones');
    vi.advanceTimersByTime(20_000);
    expect([volumes(), vi.getTimerCount()]).toEqual([[1, 1, 1], 0]);
  });

  it('[SH8] are heard to arrive and to stop, whatever moment a browser counts from', () => {
    tracks.setHolders([ana]);
    const slot = add({ peerId: null, slot: 0 }, 1);
    const sinceStartMs = (ms: number) => (slot.timestamp = 5_000 + ms);
    sinceStartMs(0);
    const beganMs = Date.now();
    expect([tracks.arrivedMs, tracks.levelOf(ana)]).toEqual([beganMs, 1]);
    vi.advanceTimersByTime(400);
    sinceStartMs(400);
    expect([tracks.arrivedMs, tracks.levelOf(ana)]).toEqual([beganMs + 400, 1]);
    vi.advanceTimersByTime(501);
    expect([tracks.arrivedMs, tracks.levelOf(ana)]).toEqual([beganMs + 400, 0]);
    // What came before a change is not the first of what follows it.
    add({ peerId: ana });
    sinceStartMs(450);
    tracks.changeTo('slots');
    vi.advanceTimersByTime(100);
    expect(sounds.map(({ volume }) => volume)).toEqual([1, 1]);
    sinceStartMs(1_000);
    vi.advanceTimersByTime(20);
    expect(sounds.map(({ volume }) => volume)).toEqual([1, 0]);
    tracks.clear();
  });

  it('[SH3] are where an audience expects sound from', () => {
    const person = (peerId: PeerId, role: Role, microphone: PeerInfo['microphone']) =>
      ({ peerId, role, microphone }) as PeerInfo;
    const peers = [person(ana, 'speaker', 'open'), person(beto, 'audience', 'none')];
    const heardBy = (me: PeerInfo, slots: readonly (PeerId | null)[]) =>
      isSoundExpected({ ...INITIAL_ROOM_STATE, me, peers, slots });
    expect(heardBy(peers[1]!, [null])).toBe(false);
    expect(heardBy(peers[1]!, [null, ana])).toBe(true);
    expect(heardBy(peers[0]!, [ana])).toBe(false);
    expect(heardBy(person(beto, 'speaker', 'muted'), [])).toBe(true);
  });

  it('[SH4] tell from a dozen packets whether they are of use', () => {
    const health = new SoundHealth();
    let [received, lost] = [0, 0];
    const look = (more: number, gone: number) => {
      [received, lost] = [received + more, lost + gone];
      health.take({ received, lost, connected: true });
      return health.loss;
    };
    expect([look(12, 0), look(6, 5), look(6, 5)]).toEqual([null, null, null]);
    expect([look(6, 6), look(6, 6)]).toEqual([null, 'lossy']);
    expect([look(12, 0), look(12, 0)]).toEqual(['lossy', null]);
  });
});

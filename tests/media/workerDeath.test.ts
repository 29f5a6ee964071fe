import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingId } from '#protocol';
import { onsetOf } from '#tests/support/decode.ts';
import type { NodePeer } from '#tests/support/nodePeer.ts';
import { RecordedHouse } from '#tests/support/recordedHouse.ts';
import { Tone } from '#tests/support/tone.ts';

const ANA_HZ = 440;
const ANA_LATER_HZ = 660;
const BETO_HZ = 1_000;
/** What a loaded machine adds to the moment at which a test does something. */
const SLACK_S = 0.4;

describe('a worker that dies while a room is recorded', () => {
  let recorded: RecordedHouse;
  let tones: Tone[];
  let peers: [ana: NodePeer, beto: NodePeer];
  let recordingId: RecordingId;
  let sinceMs: number;
  const seconds = () => (performance.now() - sinceMs) / 1_000;
  const enter = async () => {
    const { house } = recorded;
    peers = [await house.enter('moderator', 'Ana'), await house.enter('speaker', 'Beto')];
    await send();
  };
  const send = async () => {
    const voices = [Tone.playing(ANA_HZ), Tone.playing(BETO_HZ)] as const;
    tones.unshift(...voices);
    for (const [index, peer] of peers.entries()) await peer.send(voices[index]);
  };
  /** As the browser's client does: all media anew, in the same place. */
  const comeBack = async (attempts = 5): Promise<void> => {
    for (const peer of peers) await peer.until(() => peer.told('mediaLost').length > 0);
    try {
      for (const peer of peers) await peer.rebuild();
      await send();
    } catch (error) {
      // What was built went with a successor that died too.
      if (attempts === 1) throw error;
      await comeBack(attempts - 1);
    }
  };
  const captures = (more: number) => recorded.captures(recordingId, peers, more);
  const stop = async () => {
    await peers[0].request('stopRecording', {});
    return recorded.ready(peers[0], recordingId);
  };

  beforeEach(async () => {
    recorded = await RecordedHouse.open();
    tones = [];
    await enter();
    ({ recordingId } = await peers[0].request('startRecording', {}));
    sinceMs = performance.now();
    await peers[1].request('answerConsent', {
      ...{ recordingId, answer: 'granted', language: 'es', named: true },
    });
    await captures(2);
  });
  afterEach(() => tones.forEach((tone) => tone.close()));

  it('[FT1] leaves a gap that is marked, and the same recording goes on', async () => {
    const { pool } = recorded.house;
    const [pid] = pool.pids;
    process.kill(pid as number, 'SIGKILL');
    const diedAt = seconds();
    await comeBack();
    expect(pool.pids).not.toContain(pid);
    await captures(1.5);
    tones[0]!.tuneTo(ANA_LATER_HZ);
    const retunedAt = seconds();
    await captures(1.5);

    const manifest = await stop();
    expect(manifest.stopReason).toBe('stopped');
    expect(manifest.gaps).toMatchObject([{ reason: 'mediaLost' }]);
    const [gap] = manifest.gaps;
    expect(Math.abs(gap!.startSeconds - diedAt)).toBeLessThan(SLACK_S);
    expect(gap!.endSeconds).toBeLessThan(retunedAt);
    expect(manifest.speakers).toHaveLength(2);
    for (const { segments } of manifest.speakers) {
      expect(segments.at(-1)!.endSeconds).toBeGreaterThan(retunedAt + 1);
    }
    const ana = await recorded.soundOf(manifest, peers[0].peerId);
    expect(ana.shareBetween(diedAt - 1, diedAt - SLACK_S, ANA_HZ)).toBeGreaterThan(0.8);
    expect(ana.shareBetween(retunedAt - 1, retunedAt, ANA_HZ)).toBeGreaterThan(0.8);
    expect(Math.abs(onsetOf(ana, ANA_LATER_HZ) - retunedAt)).toBeLessThan(SLACK_S);
    const beto = await recorded.soundOf(manifest, peers[1].peerId);
    expect(beto.shareBetween(retunedAt, retunedAt + 1, BETO_HZ)).toBeGreaterThan(0.8);
  });

  it('[FT3] may have a successor that dies as well, at once', async () => {
    const { pool } = recorded.house;
    const [first] = pool.pids;
    process.kill(first as number, 'SIGKILL');
    const isThere = () => pool.pids.some((pid) => pid !== first);
    await expect.poll(isThere, { interval: 5, timeout: 20_000 }).toBe(true);
    const second = pool.pids.find((pid) => pid !== first);
    process.kill(second as number, 'SIGKILL');
    await comeBack();
    expect(pool.pids).not.toContain(second);
    await captures(1.5);
    const manifest = await stop();
    expect(manifest.stopReason).toBe('stopped');
    expect(manifest.speakers).toHaveLength(2);
    expect(manifest.gaps).toMatchObject([{ reason: 'mediaLost' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { opusCapabilities } from '#tests/support/builders.ts';
import { House } from '#tests/support/house.ts';

describe('servers that get a browser through a firewall', () => {
  it('[TN8] are handed out with each transport, fresh and for that peer, and are not logged', async () => {
    const house = new House();
    const rtpCapabilities = opusCapabilities();
    const ana = await house.enter('speaker');
    const carla = await house.enter('audience');
    const made = [
      await ana.request('createTransport', {}),
      (await ana.request('listen', { rtpCapabilities })).transport,
      (await carla.request('listen', { rtpCapabilities })).transport,
    ];
    const names = made.map(({ iceServers }) => iceServers[0]?.username);
    expect(names).toEqual([`1:${ana.peerId}`, `2:${ana.peerId}`, `3:${carla.peerId}`]);
    // Its media gone, a peer builds anew.
    await ana.request('restartMedia', {});
    const anew = await ana.request('createTransport', {});
    expect(anew.iceServers[0]?.username).toBe(`4:${ana.peerId}`);
    expect(JSON.stringify(house.log.lines)).not.toContain('signed');
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { ROOM_ID, draft, identity, invitedAs } from '#tests/support/builders.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

describe('order in a room', () => {
  let house: House;
  let mia: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator', { displayName: 'Mía' });
  });

  /** The same person at the door once more, with another socket. */
  const again = (visitor: Visitor) => house.visitor({ ...visitor.session.identity });
  const comesBack = (visitor: Visitor) => refusalFrom(again(visitor).join());
  const of = ({ peerId }: Visitor) => ({ peerId });

  it('[KB1] takes somebody out for a minute, and what they were given with them', async () => {
    const ana = await house.enter('speaker');
    await mia.request('setRole', { peerId: ana.peerId, role: 'moderator' });
    await mia.request('kick', of(ana));
    expect(ana.channel.removedWith).toBe('KICKED');
    expect(ana.session.gateState).toBe('kicked');
    expect(mia.channel.roster.left).toEqual([ana.peerId]);
    expect(await comesBack(ana)).toBe('KICKED');
    house.clock.advance(MINUTE_MS);
    const back = again(ana);
    await back.join();
    expect(back.session.gateState).toBe('speaker');
  });

  it('[KB1] also when they were cut off at that moment, and would be back by themselves', async () => {
    const ana = await house.enter('speaker');
    ana.lose();
    await mia.request('kick', of(ana));
    expect(house.comeBack(ana)).toBeNull();
    expect(await comesBack(ana)).toBe('KICKED');
  });

  it('[KB2] leaves taken what a moderator took', async () => {
    const ana = await house.enter('speaker');
    await mia.request('setRole', { peerId: ana.peerId, role: 'audience' });
    await mia.request('kick', of(ana));
    house.clock.advance(MINUTE_MS);
    const back = again(ana);
    await back.join();
    expect(back.session.gateState).toBe('audience');
  });

  it('[KB3] keeps out who is banned, wherever they were, until that is taken back', async () => {
    const [ana, beto, carla] = [
      await house.enter('speaker', { displayName: 'Ana' }),
      await house.enter('audience', { displayName: 'Beto' }),
      house.visitor({ displayName: 'Carla' }),
    ];
    await beto.request('leave', {});
    await mia.request('changeSettings', { lobby: true });
    expect(await refusalFrom(carla.join())).toBe('WAITING');
    for (const visitor of [ana, beto, carla]) {
      house.clock.advance(1);
      await mia.request('ban', of(visitor));
    }
    expect([ana, carla].map(({ channel }) => channel.removedWith)).toEqual(['BANNED', 'BANNED']);
    house.clock.advance(YEAR_MS - MINUTE_MS);
    const token = { expiresAt: house.clock.wallMs() + MINUTE_MS };
    for (const visitor of [ana, beto, carla]) {
      const tab = house.visitor({ ...visitor.session.identity, ...token });
      expect(await refusalFrom(tab.join())).toBe('BANNED');
    }
    const news = mia.channel.told('moderationChanged').flatMap(({ change }) => change.bans ?? []);
    const bans = news.slice(-3);
    expect(bans.map(({ displayName }) => displayName)).toEqual(['Carla', 'Beto', 'Ana']);
    await mia.request('unban', of(ana));
    await mia.request('changeSettings', { lobby: false });
    expect(await comesBack(ana)).toBe('allowed');
    expect(await comesBack(beto)).toBe('BANNED');
  });

  it('[KB4] ends the invitation with a ban where asked to, but not the last of moderators', async () => {
    const [ana, other] = [await house.enter('speaker'), await house.enter('moderator')];
    await mia.request('ban', { ...of(ana), revokeInvitation: true });
    expect(await refusalFrom(house.enter('speaker'))).toBe('INVITATION_REVOKED');
    expect(await refusalFrom(house.enter('audience'))).toBe('allowed');
    const ban = () => mia.request('ban', { ...of(other), revokeInvitation: true });
    expect(await refusalFrom(ban())).toBe('WRONG_STATE');
    expect(other.channel.removedWith).toBeUndefined();
    house.book.invite(ROOM_ID, newInvitation({ role: 'moderator' }));
    await ban();
    expect(await refusalFrom(house.enter('moderator'))).toBe('INVITATION_REVOKED');
  });

  it('[KB8] takes out who is in, however many have knocked since', async () => {
    house = new House({ maxPeersPerRoom: 10_000 });
    mia = await house.enter('moderator');
    const ana = await house.enter('moderator');
    await mia.request('setRole', { peerId: ana.peerId, role: 'speaker' });
    for (let knock = 0; knock < 5_001; knock += 1) {
      const stranger = await house.enter('audience');
      stranger.session.leave();
    }
    await mia.request('kick', of(ana));
    house.clock.advance(MINUTE_MS);
    const back = again(ana);
    await back.join();
    // What was taken from them is no gift, whatever is remembered of them.
    expect(back.session.gateState).toBe('speaker');
    await mia.request('ban', of(ana));
    expect(back.channel.removedWith).toBe('BANNED');
  });

  it('[KB9] keeps out who was on their way in while it was decided', async () => {
    const ana = await house.enter('speaker');
    await ana.request('leave', {});
    house.engine.opening.hold();
    house.engine.room.events.died();
    const joining = refusalFrom(again(ana).join());
    await mia.request('ban', of(ana));
    house.engine.opening.open();
    expect(await joining).toBe('BANNED');
  });

  it('[KB10] has nothing spoken any more of who is taken out', async () => {
    house = new House({ speaks: true });
    mia = await house.enter('moderator');
    const ana = await house.enter('speaker');
    await mia.request('moderateSpeech', { action: 'hold' });
    await ana.request('sendPhrase', draft());
    await mia.request('sendPhrase', draft());
    await mia.request('kick', of(ana));
    expect(mia.channel.told('speechChanged').at(-1)?.speech.waiting).toEqual([2]);
  });

  it('[KB5] takes out nobody who was never here, and nobody by themselves', async () => {
    const nobody = 'somebody-else' as PeerId;
    for (const name of ['kick', 'ban'] as const) {
      expect(await refusalFrom(mia.request(name, { peerId: nobody }))).toBe('NOT_FOUND');
      expect(await refusalFrom(mia.request(name, of(mia)))).toBe('WRONG_STATE');
    }
    expect(mia.channel.removedWith).toBeUndefined();
  });

  it('[KB6] takes out whom a revoked invitation let in, but for who asks', async () => {
    const [ana, beto] = [await house.enter('speaker'), await house.enter('moderator')];
    await ana.request('leave', {});
    const carla = await house.enter('speaker');
    carla.lose();
    house.book.revoke(ROOM_ID, invitedAs('speaker'));
    house.book.revoke(ROOM_ID, invitedAs('moderator'));
    house.registry.endAdmitted(ROOM_ID, invitedAs('speaker'), mia.peerId);
    house.registry.endAdmitted(ROOM_ID, invitedAs('moderator'), mia.peerId);
    expect(beto.channel.removedWith).toBe('INVITATION_REVOKED');
    expect(mia.channel.removedWith).toBeUndefined();
    expect(house.comeBack(carla)).toBeNull();
    for (const visitor of [ana, beto, carla]) {
      expect(await comesBack(visitor)).toBe('INVITATION_REVOKED');
    }
  });

  it('[KB7] takes back who was in when an invitation was revoked, and nobody new', async () => {
    const ana = await house.enter('speaker');
    house.book.revoke(ROOM_ID, invitedAs('speaker'));
    await ana.request('leave', {});
    expect(await comesBack(ana)).toBe('allowed');
    expect(await refusalFrom(house.enter('speaker'))).toBe('INVITATION_REVOKED');
    const restarted = new House({ after: house });
    const back = restarted.visitor({ ...ana.session.identity });
    expect(await refusalFrom(back.join())).toBe('allowed');
  });

  it('[LK1] is locked to newcomers, not to who was in nor to moderators', async () => {
    const ana = await house.enter('speaker');
    await mia.request('changeSettings', { locked: true });
    await ana.request('leave', {});
    expect(await refusalFrom(house.enter('speaker'))).toBe('ROOM_LOCKED');
    expect(await comesBack(ana)).toBe('allowed');
    expect(await refusalFrom(house.enter('moderator'))).toBe('allowed');
    const beto = await house.enter('audience').catch(() => null);
    expect(beto).toBeNull();
  });

  it('[LK2] is locked no longer when everybody has left', async () => {
    const ana = await house.enter('speaker');
    await mia.request('changeSettings', { locked: true, entryMuted: true });
    for (const visitor of [ana, mia]) await visitor.request('leave', {});
    expect(house.book.find(ROOM_ID)?.settings).toMatchObject({ locked: false, entryMuted: true });
    expect(await refusalFrom(house.enter('speaker'))).toBe('allowed');
  });

  it('[SX1] is set anew for everybody, and for the next time', async () => {
    const ana = await house.enter('speaker');
    await mia.request('changeSettings', { roomName: 'Ensayo', language: 'es' });
    expect(ana.channel.told('settingsChanged')).toMatchObject([
      { roomName: 'Ensayo', settings: { language: 'es', phrases: 'stage' } },
    ]);
    await mia.request('changeSettings', { roomName: 'Ensayo' });
    expect(ana.channel.told('settingsChanged')).toHaveLength(1);
    const later = new House({ after: house });
    const snapshot = await later.visitor(identity()).join();
    expect(snapshot).toMatchObject({ roomName: 'Ensayo', settings: { language: 'es' } });
  });

  it('[SX4] has as many places as before of what is not named', async () => {
    await mia.request('changeSettings', { capacity: { audience: 7 } });
    await mia.request('changeSettings', { capacity: { speaker: 4 } });
    const capacity = { moderator: null, speaker: 4, audience: 7 };
    expect(house.book.find(ROOM_ID)?.settings.capacity).toEqual(capacity);
  });

  it('[SX5] has a place for a moderator when it is full, and takes nobody’s for who is refused', async () => {
    house = new House({ maxPeersPerRoom: 2 });
    const [ana, beto] = [await house.enter('speaker'), await house.enter('speaker')];
    const moderator = await house.enter('moderator');
    await moderator.request('changeSettings', { capacity: { speaker: 1 } });
    expect(await refusalFrom(house.enter('speaker'))).toBe('ROOM_FULL');
    expect(await comesBack(ana)).toBe('ROOM_FULL');
    expect(ana.channel.removedWith).toBeUndefined();
    await beto.request('leave', {});
    expect(await comesBack(ana)).toBe('allowed');
  });

  it('[SX2] is not set anew where that cannot be kept', async () => {
    house.book.fails = true;
    const refused = refusalFrom(mia.request('changeSettings', { lobby: true, locked: true }));
    expect(await refused).toBe('STORAGE_FAILED');
    expect(mia.channel.told('settingsChanged')).toEqual([]);
    house.book.fails = false;
    expect(await refusalFrom(house.enter('speaker'))).toBe('allowed');
  });

  it('[SX3] lets those write whom it is set to, and asks them whether they may be recorded', async () => {
    const [ana, beto] = [await house.enter('audience'), await house.enter('speaker')];
    await mia.request('startRecording', {});
    await ana.request('sendPhrase', draft());
    expect(ana.channel.told('phraseRejected')).toMatchObject([{ code: 'FORBIDDEN' }]);
    await mia.request('changeSettings', { phrases: 'everyone' });
    expect(ana.channel.told('consentChanged')).toEqual([{ consent: 'pending' }]);
    const { phrases: before } = await mia.request('getPhrases', { afterSeq: 0 });
    await ana.request('sendPhrase', draft());
    await mia.request('changeSettings', { phrases: 'moderators' });
    await beto.request('sendPhrase', draft());
    expect(beto.channel.told('phraseRejected')).toMatchObject([{ code: 'FORBIDDEN' }]);
    const { phrases } = await mia.request('getPhrases', { afterSeq: 0 });
    expect(phrases.length - before.length).toBe(1);
    expect(ana.channel.told('consentChanged').at(-1)).toEqual({ consent: null });
  });
});

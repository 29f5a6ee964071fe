import { describe, expect, it } from 'vitest';
import { ROOM_ID, draft } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House } from '#tests/support/house.ts';

const texts = (phrases: readonly { text: string }[]) => phrases.map(({ text }) => text);

describe('a room after the server was killed', () => {
  it('[KR1] goes on with its phrases, its numbers and its drafts', async () => {
    const before = new House();
    const ana = await before.enter('speaker');
    const { logId } = await before.visitor().request('join', {});
    const said = draft({ text: 'uno' });
    ana.say(said);
    ana.say(draft({ text: 'dos' }));

    const house = new House({ after: before });
    const again = house.visitor(ana.session.identity);
    const snapshot = await again.request('join', {});
    expect(snapshot.logId).toBe(logId);
    expect(texts(snapshot.phrases)).toEqual(['uno', 'dos']);
    again.say(said);
    again.say(draft({ text: 'tres' }));
    expect(house.engine.room.phrases).toMatchObject([{ seq: 3, text: 'tres' }]);
    const { phrases } = await again.request('getPhrases', { afterSeq: 1 });
    expect(texts(phrases)).toEqual(['dos', 'tres']);
  });

  it('[KR2] is held, and looks at phrases, as a moderator had it', async () => {
    const before = new House({ speaks: true });
    const ana = await before.enter('moderator');
    await ana.request('moderateSpeech', { action: 'setApproval', approval: 'all' });
    await ana.request('moderateSpeech', { action: 'hold' });
    const house = new House({ speaks: true, after: before });
    const { speech } = await house.visitor(ana.session.identity).request('join', {});
    expect(speech).toMatchObject({ approval: 'all', held: true });

    const again = await house.enter('moderator');
    await again.request('moderateSpeech', { action: 'release' });
    const last = new House({ speaks: true, after: house });
    const { speech: now } = await last.visitor(ana.session.identity).request('join', {});
    expect(now).toMatchObject({ approval: 'all', held: false });
  });

  it('[KR2] is as it was made where no moderator changed anything', async () => {
    const before = new House({ speaks: true });
    const ana = await before.enter('speaker');
    ana.say(draft());
    const house = new House({ speaks: true, after: before });
    const { speech } = await house.visitor(ana.session.identity).request('join', {});
    expect(speech).toMatchObject({ approval: 'none', held: false });
  });

  it('[KR3] is there for the others when the first who came back did not get in', async () => {
    const before = new House();
    const ana = await before.enter('speaker');
    ana.say(draft({ text: 'uno' }));

    const house = new House({ after: before });
    house.engine.opening.hold();
    const gone = house.visitor(ana.session.identity);
    const joining = gone.request('join', {});
    gone.session.leave();
    house.engine.opening.open();
    await expect(joining).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const { phrases } = await house.visitor().request('join', {});
    expect(texts(phrases)).toEqual(['uno']);
  });
});

describe('a room that ends', () => {
  it('[KR4] is forgotten at once when everybody has left, and begins anew', async () => {
    const house = new House();
    const ana = await house.enter('speaker');
    const beto = house.visitor();
    const { logId } = await beto.request('join', {});
    ana.say(draft());
    await ana.request('leave', {});
    expect(house.rooms.kept.has(ROOM_ID)).toBe(true);
    await beto.request('leave', {});
    expect(house.rooms.kept.has(ROOM_ID)).toBe(false);
    const snapshot = await house.visitor().request('join', {});
    expect(snapshot.phrases).toEqual([]);
    expect(snapshot.logId).not.toBe(logId);
  });

  it('[KR5] with the server, by a planned stop, is found again', async () => {
    const before = new House();
    const ana = await before.enter('speaker');
    ana.say(draft({ text: 'uno' }));
    await before.registry.close();
    const house = new House({ after: before });
    const { phrases } = await house.visitor(ana.session.identity).request('join', {});
    expect(texts(phrases)).toEqual(['uno']);
  });

  it('[KR6] because its media died is found again by those who come back', async () => {
    const house = new House();
    const ana = await house.enter('speaker');
    ana.say(draft({ text: 'uno' }));
    house.engine.room.events.died();
    await settled();
    const { phrases } = await house.visitor(ana.session.identity).request('join', {});
    expect(texts(phrases)).toEqual(['uno']);
  });
});

describe('a phrase that cannot be kept', () => {
  it('[KR7] was not said: its author is told, and its number and its draft are free', async () => {
    const house = new House();
    const ana = await house.enter('speaker');
    house.rooms.fails = true;
    const lost = draft({ text: 'uno' });
    ana.say(lost);
    expect(ana.channel.told('phraseRejected')).toEqual([
      { draftId: lost.draftId, code: 'STORAGE_FAILED' },
    ]);
    expect(house.engine.room.phrases).toEqual([]);
    house.rooms.fails = false;
    ana.say(lost);
    expect(house.engine.room.phrases).toMatchObject([{ seq: 1, text: 'uno' }]);
  });
});

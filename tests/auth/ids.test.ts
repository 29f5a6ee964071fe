import { describe, expect, it } from 'vitest';
import { PeerIdSchema, type RoomId } from '#protocol';
import { makePersonKey } from '#tests/support/fakeBook.ts';
import { peerIdOf } from '#server/ids.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import * as v from 'valibot';

describe('who somebody is in a room', () => {
  it('[PI1] is the same with the same key, and another in another room or with another key', () => {
    const [key, other] = [makePersonKey(), makePersonKey()];
    const id = peerIdOf(ROOM_ID, key);
    expect(v.is(PeerIdSchema, id)).toBe(true);
    expect(peerIdOf(ROOM_ID, key)).toBe(id);
    const others = [peerIdOf('room-0000002' as RoomId, key), peerIdOf(ROOM_ID, other)];
    expect(new Set([id, ...others]).size).toBe(3);
  });

  it('[PI2] is what every server makes of it', () => {
    expect(peerIdOf(ROOM_ID, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe('oyV592rBd7Yhymwlwej1wRqv');
  });
});

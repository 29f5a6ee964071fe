import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RoomSettingsSchema } from '#protocol';
import { withChanges } from '#web/state/changedSettings.ts';

describe('settings that a moderator changes', () => {
  const capacity = { moderator: null, speaker: 8, audience: 100 };
  const settings = { ...v.parse(RoomSettingsSchema, { capacity }), roomName: 'Asamblea' };

  it('[WC1] are as after all changes, each of which names what is different', () => {
    const shown = withChanges(settings, [{ locked: true }, { lobby: true }, { locked: false }]);
    expect(shown).toEqual({ ...settings, lobby: true, locked: false });
  });

  it('[WC2] keep the places of the roles that a change does not name', () => {
    const shown = withChanges(settings, [
      { capacity: { speaker: 5 } },
      { capacity: { audience: null } },
    ]);
    expect(shown.capacity).toEqual({ moderator: null, speaker: 5, audience: null });
  });
});

import type { RoomSettings, SettingsChange } from '#protocol';

export type ShownSettings = RoomSettings & { readonly roomName: string };

/** Settings as they are after changes, each of which names only what is different: of places, too. */
export function withChanges(
  settings: ShownSettings,
  changes: readonly SettingsChange[],
): ShownSettings {
  return changes.reduce<ShownSettings>(
    (before, change) => ({
      ...before,
      ...change,
      capacity: { ...before.capacity, ...change.capacity },
    }),
    settings,
  );
}

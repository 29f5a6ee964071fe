import type { PeerId } from '#protocol';
import { invitedAs } from './builders.ts';

// One of each role, who may come into a room of the domain.

export const ana = {
  peerId: 'peer-ana-1' as PeerId,
  displayName: 'Ana',
  role: 'moderator',
  invitationId: invitedAs('moderator'),
} as const;
export const beto = {
  peerId: 'peer-beto' as PeerId,
  displayName: 'Beto',
  role: 'speaker',
  invitationId: invitedAs('speaker'),
} as const;
export const carla = {
  peerId: 'peer-carla' as PeerId,
  displayName: 'Carla',
  role: 'audience',
  invitationId: invitedAs('audience'),
} as const;

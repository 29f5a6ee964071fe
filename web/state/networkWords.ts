import type { Findings, Verdict } from '#web/client/connectionVerdict.ts';
import { m } from '#web/paraglide/messages.js';
import { preferences } from './preferences.svelte.ts';

/** A verdict in words: what the network allows and, where that is not enough, what helps. */
export function verdictWords(
  { allows, choppy }: Verdict,
  maySpeak: boolean,
): { text: string; hint: string } {
  switch (allows) {
    case 'speak':
      return { text: choppy ? m.network_speak_choppy() : m.network_speak(), hint: '' };
    case 'listen':
      if (maySpeak) return { text: m.network_only_listen(), hint: m.network_only_listen_hint() };
      return { text: choppy ? m.network_listen_choppy() : m.network_listen(), hint: '' };
    case 'read':
      return { text: m.network_read(), hint: m.network_read_hint() };
    case 'nothing':
      return { text: m.network_nothing(), hint: m.network_nothing_hint() };
  }
}

/** What was seen, for somebody who knows networks. Empty where nothing was. */
export function findingsWords({ sound, socket, addresses }: Findings): string {
  const words: string[] = [];
  if (sound) {
    const way = {
      udp: m.network_way_udp,
      tcp: m.network_way_tcp,
      relay: m.network_way_relay,
    }[sound.way]();
    const roundTrip = sound.roundTripMs === null ? '–' : milliseconds(sound.roundTripMs);
    const [up, down] = [share(sound.lostUp), share(sound.lostDown)];
    words.push(m.network_detail({ way, roundTrip, up, down }));
  } else if (addresses.length > 0) {
    words.push(m.network_detail_blocked({ addresses: addresses.join(', ') }));
  }
  if (!socket) words.push(m.network_detail_socket());
  return words.join(' ');
}

const share = (fraction: number) =>
  Math.max(0, fraction).toLocaleString(preferences.region, {
    style: 'percent',
    maximumFractionDigits: 0,
  });

const milliseconds = (ms: number) =>
  Math.max(1, Math.round(ms)).toLocaleString(preferences.region, {
    style: 'unit',
    unit: 'millisecond',
    unitDisplay: 'short',
  });

import type { Person } from '#tests/support/person.ts';

/** How one connection of a page reaches the server. */
export interface Path {
  /** How the browser reaches the relay on the way: `udp`, `tcp` or `tls`; null without one. */
  readonly relay: string | null;
  /** In which the server is reached, by the browser or for it. */
  readonly protocol: string;
  /** Of the server, as this connection was told. */
  readonly remote: string;
}

interface Scope {
  coraConnections: RTCPeerConnection[];
}

/** Has a page keep its connections, for `pathsOf`; before it opens a room. */
export async function keepConnections({ page }: Person, policy: 'all' | 'relay'): Promise<void> {
  await page.addInitScript((iceTransportPolicy) => {
    const connections: RTCPeerConnection[] = [];
    Object.assign(globalThis, { coraConnections: connections });
    const { RTCPeerConnection: Real } = globalThis;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(options: RTCConfiguration = {}) {
        super({ ...options, iceTransportPolicy });
        connections.push(this);
      }
    };
  }, policy);
}

/** How many connections a page has made so far. */
export function connectionsOf({ page }: Person): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as Scope).coraConnections.length);
}

/** The ways that a page's open connections have taken. */
export function pathsOf({ page }: Person): Promise<Path[]> {
  return page.evaluate(async () => {
    const { coraConnections } = globalThis as unknown as Scope;
    const open = coraConnections.filter((it) => it.connectionState === 'connected');
    return Promise.all(
      open.map(async (connection) => {
        const stats = await connection.getStats();
        const reports = [...stats.values()];
        const { selectedCandidatePairId } = reports.find(({ type }) => type === 'transport');
        const pair = stats.get(selectedCandidatePairId);
        const [local, remote] = [
          stats.get(pair.localCandidateId),
          stats.get(pair.remoteCandidateId),
        ];
        return {
          relay: local.candidateType === 'relay' ? local.relayProtocol : null,
          protocol: local.protocol,
          remote: `${remote.address}:${remote.port}`,
        };
      }),
    );
  });
}

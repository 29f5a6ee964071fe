import { TurnClient } from './turnClient.ts';
import type { AgentAnswer, AgentRequest } from './turnPeers.ts';

// Clients of a TURN server, run as a process in a namespace for `TurnPeers`, which names each by a number.

const clients = new Map<number, TurnClient>();

process.on('message', ({ id, client, ...request }: AgentRequest) => {
  void (async () => {
    if (request.name === 'open') {
      const opened = new TurnClient(request.server, request.credential);
      clients.set(client, opened);
      return opened.allocate(request.family);
    }
    const known = clients.get(client);
    if (!known) throw new Error('no such client');
    if (request.name === 'refresh') return known.refresh(request.lifetimeS);
    return known[request.name](request.peer);
  })().then(
    (code) => process.send?.({ id, code } satisfies AgentAnswer),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies AgentAnswer),
  );
});
process.on('disconnect', () => process.exit());

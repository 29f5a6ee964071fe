import { initLogger, PeerConnection } from 'node-datachannel';

const LOOPBACK = /^(127\.|localhost$|\[?::1\]?$)/;

// What goes wrong shows in who is failed; what the library says of it names nobody.
initLogger('Fatal', () => {});

/**
 * A connection of libdatachannel's that negotiates when it is told to.
 * @param host the server's; where that is this machine there is no other way to it
 */
export function openPeerConnection(name: string, host: string): PeerConnection {
  return new PeerConnection(name, {
    iceServers: [],
    disableAutoNegotiation: true,
    // An offer that names channels alone would leave it deaf.
    forceMediaTransport: true,
    ...(LOOPBACK.test(host) ? { bindAddress: '127.0.0.1' } : {}),
  });
}

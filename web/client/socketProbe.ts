/** For the first word of the server. */
const PATIENCE_MS = 4_000;

/** Engine.IO's handshake, version 4: the server's first packet is an `open`, type 0, with JSON. */
const ADDRESS = '/socket.io/?EIO=4&transport=websocket';

/**
 * Whether a WebSocket to the page's own server opens and the server is heard on it. Null where
 * neither that nor its end came in time.
 */
export function probeSocket(): Promise<boolean | null> {
  const { protocol, host } = globalThis.location;
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${ADDRESS}`);
  return new Promise<boolean | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), PATIENCE_MS);
    socket.onmessage = ({ data }) => resolve(typeof data === 'string' && data.startsWith('0'));
    socket.onclose = () => resolve(false);
    socket.addEventListener('close', () => clearTimeout(timer));
  }).finally(() => socket.close());
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches the connections of a server. The function it returns ends those that are still open: a
 * closing server waits for them, and neither a browser's spare connection, on which nothing was
 * ever asked, nor a websocket whose other side no longer answers would ever end by itself.
 */
export function watchConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

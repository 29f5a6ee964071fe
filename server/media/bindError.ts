/** libuv's words for what a socket meets (uv_strerror), by the code that Node has for it. */
const CODES: readonly (readonly [words: string, code: string])[] = [
  ['address already in use', 'EADDRINUSE'],
  ['address not available', 'EADDRNOTAVAIL'],
  ['address family not supported', 'EAFNOSUPPORT'],
  ['invalid argument', 'EINVAL'],
  ['permission denied', 'EACCES'],
];

/**
 * mediasoup says in words alone why a port could not be bound. Gives its error the `code`, `syscall`
 * and `port` that one of Node's has; an error about anything else comes back as it is.
 */
export function withBindCode(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, code] = CODES.find(([words]) => error.message.includes(words)) ?? [];
  const port = /\bport:(\d+)/.exec(error.message)?.[1];
  if (code === undefined || port === undefined) return error;
  return Object.assign(error, { code, syscall: 'bind', port: Number(port) });
}

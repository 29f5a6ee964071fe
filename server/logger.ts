import { pino } from 'pino';
import type { Log } from './session/ports.ts';

/** Names of fields that must never reach a log, wherever a library puts them. */
const SECRETS = [
  'token',
  'accessToken',
  'invitation',
  'ticket',
  'secret',
  'credential',
  'authorization',
];

/** Structured logs on stderr: JSON lines, or readable ones on a terminal. */
export function createLog(options: { level: string; pretty: boolean }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), remove: true },
    },
    options.pretty
      ? pino.transport({
          target: 'pino-pretty',
          options: { destination: 2, translateTime: 'HH:MM:ss', singleLine: true },
        })
      : pino.destination(2),
  );
}

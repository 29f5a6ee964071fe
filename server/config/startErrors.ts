import path from 'node:path';
import { ConfigError, type Config } from '../config.ts';

// What only shows when a server starts: a port, an address or a directory that the machine does not
// have, or does not give. An operator is told of it as of any other bad setting.

/** An error as Node's sockets and files have them. */
interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly port?: number;
}

/**
 * What kept a server from starting: a ConfigError with the setting's name and its fix where a
 * setting is to blame, otherwise the error as it is.
 */
export function toStartError(error: unknown, config: Config): unknown {
  if (!(error instanceof Error)) return error;
  const problem = socketProblem(error, config) ?? directoryProblem(error, config);
  return problem === undefined ? error : new ConfigError([problem]);
}

function socketProblem({ code, syscall, port }: SystemError, config: Config): string | undefined {
  if (syscall !== 'listen' && syscall !== 'bind') return undefined;
  const [portName, addressName, address] =
    syscall === 'listen'
      ? ['PORT', 'HOST', config.host]
      : ['RTC_PORT', 'LISTEN_IP', config.listenIp];
  switch (code) {
    case 'EADDRINUSE':
      return `${portName}: ${port} is taken. Stop what uses it, or write another; 0 takes any that is free.`;
    case 'EACCES':
      return `${portName}: ${port} is not for this user. Write one above 1023; 0 takes any that is free.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `${addressName}: ${address} is no address of this machine. Write one that it has.`;
    default:
      return undefined;
  }
}

function directoryProblem(error: SystemError, config: Config): string | undefined {
  const { code, path: place } = error;
  const name = place === undefined ? undefined : settingOf(place, config);
  if (name === undefined) return undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `${name}: ${place} is not this user's to write. Give it to the user that runs Cora, or name another directory.`;
    case 'EROFS':
      return `${name}: ${place} can only be read. Name a directory that can be written.`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${name}: ${place} is no directory. Name another.`;
    case 'NEWER_FORMAT':
      return `${name}: ${place} was written by a newer Cora. Start that one, or move the file away.`;
    case 'EISDIR':
      return `${name}: ${place} is a directory and should be a file. Move it away.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${name}: there is no space left for ${place}. Make some, or name a directory on another disk.`;
    default:
      return undefined;
  }
}

/** The setting whose directory a path lies in, or on the way to. */
function settingOf(place: string, config: Config): string | undefined {
  const settings = [
    { name: 'DATA_DIR', directory: config.dataDirectory },
    { name: 'RECORDINGS_DIR', directory: config.recordingsDirectory },
  ];
  const around = settings.filter(({ directory }) => isWithin(place, directory));
  const beyond = settings.filter(({ directory }) => isWithin(directory, place));
  // One may lie in the other: the inner one is meant.
  around.sort((a, b) => b.directory.length - a.directory.length);
  return (around[0] ?? beyond[0])?.name;
}

const isWithin = (place: string, directory: string) => {
  const way = path.relative(directory, place);
  return way === '' || (!way.startsWith('..') && !path.isAbsolute(way));
};

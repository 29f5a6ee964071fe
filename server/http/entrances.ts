import { ProtocolError } from '#protocol';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { AddressRates } from '../domain/addressRates.ts';
import { EntranceLimits, type Entrance } from '../domain/entranceLimits.ts';
import type { Clock } from '../session/ports.ts';

export interface EntranceOptions {
  /** Whom a request counts for, as sockets do. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** What an address may do. */
  readonly rates: AddressRates;
  readonly clock: Clock;
}

/** Counts a request for its address. @throws ProtocolError RATE_LIMITED */
export type CountEntrance = (what: Entrance, request: FastifyRequest) => void;

export function entranceCounter({ addressOf, rates, clock }: EntranceOptions): CountEntrance {
  const limits = new EntranceLimits(Math.random, rates);
  return (what, { raw }) => {
    const retryAfterMs = limits.take(what, addressOf(raw), clock.monotonicMs());
    if (retryAfterMs === 0) return;
    throw new ProtocolError('RATE_LIMITED', 'many at this address', { retryAfterMs });
  };
}

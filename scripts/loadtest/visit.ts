import { setTimeout as delay } from 'node:timers/promises';
import {
  ProtocolError,
  type ClientRequestName,
  type ClientRequests,
  type DtlsParameters,
  type InputOf,
  type OutputOf,
  type RoomSnapshot,
  type RtpCapabilities,
} from '#protocol';
import { timeToWait } from '#web/client/joinInTurn.ts';
import { Signaling, type Told } from '#web/client/signaling.ts';
import type { Door, Invitation } from './door.ts';

export interface VisitOptions {
  readonly url: string;
  readonly door: Door;
  readonly invitation: Invitation;
  readonly name: string;
}

const CONNECT_TIMEOUT_MS = 20_000;
/** What any receiver of this protocol takes: Opus, and no header extension. */
const CHANNELS = 2;

/** A person's way from an invitation into the room, over HTTP and the socket. */
export class Visit {
  readonly startedMs: number;
  readonly #signaling: Signaling;
  readonly #line: { readonly isLost: boolean };
  readonly #routed: RtpCapabilities;

  /**
   * Enters and connects, without joining yet.
   * @param told every notification
   * @throws Error or ProtocolError as the server refuses
   */
  static async open(options: VisitOptions, told: (it: Told) => void = () => {}): Promise<Visit> {
    const { door, invitation, name } = options;
    const { entered, startedMs } = await door.enter(invitation, name);
    const origin = door.originOf(invitation);
    const connected = Promise.withResolvers<void>();
    const line = { isLost: false };
    const signaling = new Signaling({
      whereabouts: { origin, hasOthers: false },
      accessToken: entered.accessToken,
      headers: { origin },
      events: {
        connected: connected.resolve,
        disconnected: () => (line.isLost = true),
        refused: connected.reject,
        heldOff: () => {},
        unreachable: () => {},
        notified: told,
        // Others on stage are heard by who is on it, and that is not measured here: their packets come.
        asked: { newConsumer: async () => ({}) },
      },
    });
    const timeout = setTimeout(() => {
      connected.reject(new Error('the socket did not connect'));
    }, CONNECT_TIMEOUT_MS);
    try {
      await connected.promise;
    } catch (error) {
      signaling.close();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
    return new Visit({ signaling, line, startedMs, routed: entered.routerRtpCapabilities });
  }

  private constructor(options: {
    signaling: Signaling;
    line: { readonly isLost: boolean };
    startedMs: number;
    routed: RtpCapabilities;
  }) {
    this.#signaling = options.signaling;
    this.#line = options.line;
    this.startedMs = options.startedMs;
    this.#routed = options.routed;
  }

  /** Whether the socket was lost once: nobody comes back here. */
  get isLost(): boolean {
    return this.#line.isLost;
  }

  /** @throws ProtocolError */
  async join(dtlsParameters: DtlsParameters): Promise<RoomSnapshot> {
    const listen = { rtpCapabilities: receivable(this.#routed), dtlsParameters };
    for (;;) {
      try {
        const snapshot = await this.request('join', listen);
        this.#signaling.settled(snapshot);
        return snapshot;
      } catch (error) {
        const waitMs = error instanceof ProtocolError ? timeToWait(error.toBody()) : null;
        if (waitMs === null) throw error;
        await delay(waitMs);
      }
    }
  }

  request<Name extends ClientRequestName>(
    name: Name,
    input: InputOf<ClientRequests[Name]>,
  ): Promise<OutputOf<ClientRequests[Name]>> {
    return this.#signaling.request(name, input);
  }

  close(): void {
    this.#signaling.close();
  }
}

function receivable({ codecs }: RtpCapabilities): RtpCapabilities {
  const opus = codecs.map(({ kind, mimeType, clockRate, preferredPayloadType }) => ({
    kind,
    mimeType,
    clockRate,
    channels: CHANNELS,
    preferredPayloadType,
  }));
  return { codecs: opus, headerExtensions: [] };
}

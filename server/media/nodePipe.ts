import type { PipeTransport, Producer, Router } from 'mediasoup/types';
import type { RtpParameters } from '#protocol';
import type { PipeEnd } from './nodeMessages.ts';

/** Where pipes to other servers end on this one. */
export interface PipePlace {
  readonly ip: string;
  /** What others are told, where it differs. */
  readonly announcedAddress: string | undefined;
  readonly minPort: number;
  readonly maxPort: number;
}

/** This end of a pipe that carries a room's sound to another server, or from it: SRTP, and nothing but sound. */
export class NodePipe {
  readonly #transport: PipeTransport;

  static async open(router: Router, place: PipePlace): Promise<NodePipe> {
    const { ip, announcedAddress, minPort, maxPort } = place;
    const transport = await router.createPipeTransport({
      listenInfo: {
        ...{ protocol: 'udp', ip, portRange: { min: minPort, max: maxPort } },
        ...(announcedAddress === undefined ? {} : { announcedAddress }),
      },
      enableSrtp: true,
      enableSctp: false,
    });
    return new NodePipe(transport);
  }

  private constructor(transport: PipeTransport) {
    this.#transport = transport;
  }

  /** What the other server connects to. */
  get end(): PipeEnd {
    const { tuple, srtpParameters } = this.#transport;
    if (!srtpParameters) throw new Error('SRTP was asked for and is not there');
    return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters };
  }

  async connect({ ip, port, srtpParameters }: PipeEnd): Promise<void> {
    await this.#transport.connect({ ip, port, srtpParameters });
  }

  /** Sends a Producer of this Router through it. Returns what it is there. */
  async send(producer: Producer): Promise<RtpParameters> {
    const consumer = await this.#transport.consume({ producerId: producer.id });
    // What headers may hold beside is of no use there.
    return { ...consumer.rtpParameters, headerExtensions: [] } as RtpParameters;
  }

  /** Takes what the other end sends, under its own id. */
  receive(producerId: string, rtpParameters: RtpParameters): Promise<Producer> {
    return this.#transport.produce({ id: producerId, kind: 'audio', rtpParameters });
  }

  /** Idempotent. */
  close(): void {
    this.#transport.close();
  }
}

import type { Listen, RtpCapabilities } from '#protocol';
import { MediaDevice } from './mediaDevice.ts';

/** The device of one stay: ready by the time one joins, where the door said what the server routes. */
export class OwnDevice {
  #made: Promise<MediaDevice> | null = null;

  /** @param routerRtpCapabilities left out where only the room will say */
  constructor(routerRtpCapabilities?: RtpCapabilities) {
    if (routerRtpCapabilities) void this.#make(routerRtpCapabilities);
  }

  /** What is sent along with `join`; nothing where that is not known yet, or never will be. */
  async listen(): Promise<Listen | undefined> {
    return (await this.#made?.catch(() => null))?.listen;
  }

  /**
   * @param routerRtpCapabilities as a snapshot has them
   * @throws Error where this browser cannot have sound at all
   */
  ready(routerRtpCapabilities: RtpCapabilities | undefined): Promise<MediaDevice> {
    if (this.#made) return this.#made;
    if (routerRtpCapabilities) return this.#make(routerRtpCapabilities);
    throw new Error('nobody said what the server routes');
  }

  #make(routerRtpCapabilities: RtpCapabilities): Promise<MediaDevice> {
    const made = (this.#made = MediaDevice.ready(routerRtpCapabilities));
    // Where it fails, whoever needs it is told.
    made.catch(() => undefined);
    return made;
  }
}

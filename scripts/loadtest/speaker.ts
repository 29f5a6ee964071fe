import type { PhraseDraft } from '#protocol';
import { writeRtp } from './rtpPacket.ts';
import { Visit, type VisitOptions } from './visit.ts';
import { FRAME_SAMPLES, type Frame } from './voice.ts';
import { SENT, WayOut } from './wayOut.ts';
import { WayIn } from './wayIn.ts';

/** As Chromium does it: of silence one packet in so many frames, 400 ms. */
const SILENT_FRAMES = 20;

/** Somebody on the stage: a microphone, phrases, and a way in as everybody has one. */
export class Speaker {
  readonly #ssrc: number;
  #visit: Visit | null = null;
  #wayIn: WayIn | null = null;
  #wayOut: WayOut | null = null;
  #sequence = 0;
  #silentFrames = 0;
  #sent = 0;

  constructor(ssrc: number) {
    this.#ssrc = ssrc;
  }

  /** How many packets were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Whether they were in and are so no longer, though they did not go. */
  get isLost(): boolean {
    return this.#visit?.isLost ?? false;
  }

  /** Resolves when they can be heard. @throws Error, ProtocolError */
  async enter(options: VisitOptions): Promise<void> {
    const { name, url } = options;
    const host = new URL(url).hostname;
    const visit = await Visit.open(options);
    this.#visit = visit;
    const events = { connected() {}, packet() {}, phrase() {} };
    this.#wayIn = new WayIn({ name, host, events });
    const { listening } = await visit.join(this.#wayIn.dtlsParameters);
    if (!listening) throw new Error('the server opened no way in');
    this.#wayIn.open(listening);
    const wayOut = new WayOut({ name, host, ssrc: this.#ssrc });
    this.#wayOut = wayOut;
    const { dtlsParameters, rtpParameters, sctpStreamParameters } = wayOut;
    const transport = await visit.request('createTransport', {});
    const { transportId } = transport;
    await visit.request('connectTransport', { transportId, dtlsParameters });
    wayOut.open(transport);
    await visit.request('produce', { rtpParameters, muted: false });
    await visit.request('produceData', { sctpStreamParameters });
    await wayOut.connected;
  }

  /**
   * The next 20 ms of a microphone.
   * @param frameNumber counts from the beginning of the test
   * @param talks whether this is speech: of silence hardly anything is sent
   */
  send(frame: Frame, at: { frameNumber: number; talks: boolean }): void {
    const begins = at.talks && this.#silentFrames > 0;
    this.#silentFrames = at.talks ? 0 : this.#silentFrames + 1;
    if (!at.talks && this.#silentFrames % SILENT_FRAMES !== 1) return;
    this.#sent += 1;
    this.#sequence += 1;
    this.#wayOut?.send(
      writeRtp({
        ...SENT,
        marker: begins,
        sequence: this.#sequence,
        timestamp: at.frameNumber * FRAME_SAMPLES,
        ssrc: this.#ssrc,
        level: frame.level,
        payload: frame.opus,
      }),
    );
  }

  /** @returns whether it could be sent */
  say(draft: PhraseDraft): boolean {
    if (!this.#wayOut?.canSay) return false;
    this.#wayOut.say(JSON.stringify(draft));
    return true;
  }

  close(): void {
    this.#wayOut?.close();
    this.#wayIn?.close();
    this.#visit?.close();
  }
}

import { can, mayWrite, type PeerInfo } from '#protocol';
import type { MediaSide } from './mediaSide.ts';
import type { MicrophoneControl } from './microphoneControl.ts';
import type { PhraseLine } from './phraseLine.ts';
import type { RemoteTracks } from './remoteTracks.ts';
import type { RoomState } from './roomState.ts';

interface Options {
  readonly state: () => RoomState;
  readonly microphone: Pick<MicrophoneControl, 'follow' | 'leaveStage'>;
  readonly phrases: Pick<PhraseLine, 'follow'>;
  readonly tracks: Pick<RemoteTracks, 'changeTo'>;
  /** The media side of this moment; null where there is none yet. */
  readonly media: () => Pick<MediaSide, 'follow'> | null;
}

/** Brings what one sends to what one may send, by whatever the server last told of oneself. */
export class OwnRole {
  readonly #options: Options;
  #before: PeerInfo | null = null;
  #mayWrite: boolean | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The state may tell something else of oneself. */
  follow(): void {
    const { me, settings } = this.#options.state();
    if (!me) return;
    const before = this.#before;
    this.#before = me;
    const { microphone, phrases, tracks, media } = this.#options;
    const [wasOnStage, isOnStage] = [before && isSpeaker(before), isSpeaker(me)];
    if (me !== before) {
      // Nothing of a microphone is kept by who only listens, whatever they came with; but by who has
      // just said yes to the stage, and is told of it in a moment.
      if (!isOnStage && (wasOnStage !== false || !me.offered)) microphone.leaveStage();
      microphone.follow(me, before);
    }
    if (before && wasOnStage !== isOnStage) tracks.changeTo(isOnStage ? 'microphones' : 'slots');
    void media()?.follow();
    const writes = mayWrite(me.role, settings);
    if (wasOnStage !== isOnStage || writes !== this.#mayWrite) phrases.follow();
    this.#mayWrite = writes;
  }
}

const isSpeaker = ({ role }: PeerInfo) => can(role, 'speak');

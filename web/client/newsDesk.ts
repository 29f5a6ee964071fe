import type { ErrorCode } from '#protocol';
import type { PhraseLine } from './phraseLine.ts';
import type { RemoteTracks } from './remoteTracks.ts';
import type { Revisions } from './revisions.ts';
import {
  afterReplacement,
  reduce,
  reduceNews,
  type Roster,
  type RoomNotification,
} from './roomReducer.ts';
import type { RoomStore } from './roomStore.ts';
import type { Told } from './signaling.ts';

interface Options {
  readonly store: RoomStore;
  readonly tracks: Pick<RemoteTracks, 'remove' | 'setHolders'>;
  readonly phrases: Pick<PhraseLine, 'rejected' | 'arrived'>;
  /** Of the visit of this moment; null while there is none. */
  readonly revisions: () => Revisions | null;
  /** Told after each change of the room. */
  readonly changed: () => void;
  /** Something was missed. */
  readonly missed: () => void;
  readonly mediaLost: () => void;
  readonly admitted: () => void;
  readonly removed: (code: ErrorCode) => void;
}

/** Hands what the server tells to whom it concerns. */
export class NewsDesk {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  take(told: Told): void {
    const { store, tracks, phrases, mediaLost, admitted, removed } = this.#options;
    switch (told.name) {
      case 'consumerClosed':
        return tracks.remove(told.body.consumerId);
      case 'activeSpeakerChanged':
        return store.update({ activeSpeaker: told.body.peerId });
      case 'slotsChanged':
        tracks.setHolders(told.body.slots);
        return store.update({ slots: told.body.slots });
      case 'rosterReplaced':
        return this.#replaceRoster(told.body);
      case 'phraseRejected':
        return phrases.rejected(told.body);
      case 'phraseSaid':
        return phrases.arrived(told.body.phrase);
      case 'consentChanged':
      case 'moderationChanged':
      case 'recordingProgress':
      case 'recordingReady':
      case 'recordingFailed':
      case 'speechChanged':
      case 'phraseUnspoken':
      case 'phrasesHeard':
      case 'autoRecordFailed':
        return store.update(reduceNews(store.state, told));
      case 'mediaLost':
        return mediaLost();
      case 'admitted':
        return admitted();
      case 'removed':
        return removed(told.body.code);
      default:
        this.change(told);
    }
  }

  /** What comes before a snapshot is in it. */
  #replaceRoster(roster: Roster): void {
    const { store, revisions, changed } = this.#options;
    if (!revisions()?.hasBegun) return;
    store.update(afterReplacement(store.state, roster));
    changed();
  }

  /** A change of the room, which has its place among the others. */
  change(notification: RoomNotification): void {
    const { store, revisions, changed, missed } = this.#options;
    const place = revisions()?.place(notification);
    if (place === 'gap') missed();
    if (place !== 'news') return;
    store.update(reduce(store.state, notification));
    changed();
  }
}

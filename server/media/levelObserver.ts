import type { ProducerId } from '#protocol';
import type { Producer, Router } from 'mediasoup/types';
import type { MediaRoomEvents } from '../session/ports.ts';

/** mediasoup measures nothing from fewer than 10 packets an interval: 200 ms of 20 ms packets. */
const LEVEL_INTERVAL_MS = 240;
const DOMINANT_INTERVAL_MS = 300;
/** Quieter than this is silence. */
const THRESHOLD_DBOV = -60;
const LOUDEST = 8;

export interface LevelObserver {
  add(producer: Producer): void;
}

/** Reports how loud the loudest microphones are, and who leads, until the Router closes. */
export async function observeLevels(
  router: Router,
  events: Pick<MediaRoomEvents, 'levels' | 'dominantSpeaker'>,
): Promise<LevelObserver> {
  const [levels, dominant] = await Promise.all([
    router.createAudioLevelObserver({
      maxEntries: LOUDEST,
      threshold: THRESHOLD_DBOV,
      interval: LEVEL_INTERVAL_MS,
    }),
    router.createActiveSpeakerObserver({ interval: DOMINANT_INTERVAL_MS }),
  ]);
  levels.on('volumes', (volumes) =>
    events.levels(
      volumes.map(({ producer, volume }) => ({
        producerId: producer.id as ProducerId,
        dBov: volume,
      })),
    ),
  );
  levels.on('silence', () => events.levels([]));
  dominant.on('dominantspeaker', ({ producer }) =>
    events.dominantSpeaker(producer.id as ProducerId),
  );

  return {
    add(producer) {
      for (const observer of [levels, dominant]) {
        // Rejects when the Producer closes first, and then there is nothing to observe.
        observer.addProducer({ producerId: producer.id }).catch(() => {});
      }
    },
  };
}

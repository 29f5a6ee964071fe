import type { ObjectStorage } from './config/objectStorage.ts';
import type { Log, ObjectStore } from './session/ports.ts';

/** Imported when it is asked for: its client takes 20 MB and a tenth of a second at the start. */
export async function openObjectStore(options: ObjectStorage, log: Log): Promise<ObjectStore> {
  const { S3ObjectStore } = await import('./storage/s3ObjectStore.ts');
  const store = new S3ObjectStore(options);
  const { bucket, endpoint, region } = options;
  // Without it recordings wait on the disk: no reason not to start, but one to say so now.
  store.check().then(
    () => log.info({ bucket, endpoint, region }, 'object store answers'),
    (error: unknown) => log.error({ bucket, endpoint, region, err: error }, 'object store fails'),
  );
  return store;
}

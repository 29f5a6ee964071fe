import type { Config } from '../../server/config.ts';
import { fail, ok, reasonOf, type Finding } from './finding.ts';

/** Whether the bucket is there and the keys open it; nothing where recordings stay on the disk. */
export async function lookAtObjectStore({ objectStorage }: Config): Promise<Finding[]> {
  if (!objectStorage) return [];
  const { bucket, endpoint, region } = objectStorage;
  const at = endpoint ?? `Amazon S3, ${region}`;
  const { S3ObjectStore } = await import('../../server/storage/s3ObjectStore.ts');
  try {
    await new S3ObjectStore(objectStorage).check();
    return [ok(`${bucket} responde (${at}).`, `${bucket} answers (${at}).`)];
  } catch (error) {
    const reason = reasonOf(error);
    return [
      fail(
        `S3_BUCKET: ${bucket} no responde en ${at} (${reason}). Mira la dirección, el nombre y las claves. Mientras, las grabaciones esperan en el disco.`,
        `S3_BUCKET: ${bucket} does not answer at ${at} (${reason}). Look at the address, the name and the keys. Meanwhile recordings wait on the disk.`,
      ),
    ];
  }
}

import { PassThrough, type Readable } from 'node:stream';
import type { Manifest, RecordingFile } from '#protocol';
import { ZipFile } from 'yazl';
import type { ByteStream } from '../session/ports.ts';
import { friendlyNames } from './friendlyNames.ts';
import { FILE_MODE } from './files.ts';
import { MANIFEST, manifestFiles } from './manifestFiles.ts';

/** The bytes of one of a recording's files. */
export type ReadFile = (file: RecordingFile) => Promise<ByteStream>;

/**
 * All of a recording's files as one ZIP, made while it is read: nothing is compressed, since sound
 * is already, and one file is open at a time. The stream fails when a file cannot be read, and
 * leaves none open when it is destroyed.
 */
export function openArchive(manifest: Manifest, read: ReadFile): Readable {
  const zip = new ZipFile();
  const archive = new PassThrough();
  let reading: ByteStream | null = null;
  const fail = (error: Error) => archive.destroy(error);
  const options = { compress: false, mode: FILE_MODE, mtime: new Date(manifest.startedAt) };
  const names = friendlyNames(manifest);
  for (const file of manifestFiles(manifest)) {
    const size = file.sizeBytes;
    zip.addReadStreamLazy(names.get(file.path) ?? file.path, { ...options, size }, (take) => {
      read(file).then(
        (stream) => {
          reading = stream;
          stream.once('error', fail);
          if (archive.destroyed) stream.destroy();
          else take(null, stream);
        },
        (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }
  const json = `${JSON.stringify(manifest, null, 2)}\n`;
  zip.addBuffer(Buffer.from(json), MANIFEST, options);
  zip.end();
  zip.once('error', fail);
  archive.once('close', () => reading?.destroy());
  zip.outputStream.pipe(archive);
  return archive;
}

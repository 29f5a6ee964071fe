import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Of the certificate, for who is to trust it. */
  readonly file: string;
}

/**
 * A certificate that has signed itself.
 * @param options.folder where its files are written
 * @param options.days until it ends; below 0 it has ended
 */
export async function makeCertificate(options: {
  folder: string;
  name: string;
  days: number;
}): Promise<Certificate> {
  const { folder, name, days } = options;
  const at = (file: string) => path.join(folder, `${name}${days}.${file}`);
  const [key, request, file] = [at('key'), at('csr'), at('pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const who = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  await execute('openssl', ['req', '-new', ...curve, ...who, '-keyout', key, '-out', request]);
  const span = ['-days', String(days), '-copy_extensions', 'copy'];
  await execute('openssl', [
    'x509',
    '-req',
    '-in',
    request,
    '-signkey',
    key,
    ...span,
    '-out',
    file,
  ]);
  return { cert: await readFile(file), key: await readFile(key), file };
}

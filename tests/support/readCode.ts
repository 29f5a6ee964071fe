import decode from 'qr/decode.js';
import type { Person } from './person.ts';

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: number[];
}

/** What a camera reads in the QR code that is on screen. @param name of the picture, for those who do not see it */
export async function readCode({ page }: Person, name: string): Promise<string> {
  const png = await page.getByRole('img', { name }).screenshot({ animations: 'disabled' });
  const { width, height, data } = await page.evaluate(pixelsOf, png.toString('base64'));
  return decode({ width, height, data: Uint8ClampedArray.from(data) });
}

/** Runs in the page, which can read a PNG. */
async function pixelsOf(png: string): Promise<Pixels> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
  canvas.drawImage(image, 0, 0);
  return { width, height, data: [...canvas.getImageData(0, 0, width, height).data] };
}

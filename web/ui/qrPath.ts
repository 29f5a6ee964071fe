import { correction, generate } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';

/** Modules of white that readers need around a code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** A QR code as an SVG path, and the view box that holds it with its white margin. */
export interface QrDrawing {
  readonly path: string;
  readonly viewBox: string;
}

/** @param text at most about 2,900 ASCII characters */
export function qrPath(text: string): QrDrawing {
  const code = generate(text, { minCorrectionLevel: correction.L });
  const side = code.size + 2 * QUIET_ZONE;
  return { path: toSvgPath(code), viewBox: `${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}` };
}

import { ProtocolError, type ErrorCode } from '#protocol';
import { UnsupportedError } from 'mediasoup/errors';

/**
 * Runs a mediasoup call; whatever it throws was caused by what the client sent or by its leaving.
 * @throws ProtocolError UNSUPPORTED_MEDIA where codecs do not fit, else `code`
 */
export async function orProtocolError<T>(code: ErrorCode, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const isUnfit = error instanceof UnsupportedError;
    throw new ProtocolError(
      isUnfit ? 'UNSUPPORTED_MEDIA' : code,
      error instanceof Error ? error.name : 'media call failed',
    );
  }
}

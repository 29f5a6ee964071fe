import { ProtocolError, type ErrorCode } from '#protocol';

/** Runs a mediasoup call; whatever it throws was caused by what the client sent or by its leaving. */
export async function orProtocolError<T>(code: ErrorCode, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError(code, error instanceof Error ? error.name : 'media call failed');
  }
}

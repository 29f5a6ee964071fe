import { ProtocolError, type ErrorCode } from '#protocol';

/** The code with which `act` is refused; 'allowed' when it is not. Any other failure is thrown on. */
export function refusalOf(act: () => unknown): ErrorCode | 'allowed' {
  try {
    act();
    return 'allowed';
  } catch (error) {
    return codeOf(error);
  }
}

/** As `refusalOf`, of something that takes its time. */
export async function refusalFrom(outcome: Promise<unknown>): Promise<ErrorCode | 'allowed'> {
  try {
    await outcome;
    return 'allowed';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof ProtocolError) return error.code;
  throw error;
}

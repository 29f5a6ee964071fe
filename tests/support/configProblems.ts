import { ConfigError, readConfig } from '#server/config.ts';

/** The lines in which a server says what it was told wrongly. */
export function problemsOf(environment: Readonly<Record<string, string | undefined>>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .flatMap((line) => line.trim() || []);
  }
}

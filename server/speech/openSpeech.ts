import { createRequire } from 'node:module';
import type { Log, SpeechEngine } from '../session/ports.ts';
import { CommandEngine, type CommandVoice } from './commandEngine.ts';
import { EspeakEngine } from './espeakEngine.ts';

const ESPEAK_PACKAGE = '@echogarden/espeak-ng-emscripten';

/** Who speaks: the embedded voice, a command, or nobody. */
export type SpeechSettings =
  | { readonly kind: 'espeak' }
  | ({ readonly kind: 'command' } & CommandVoice)
  | { readonly kind: 'none' };

/**
 * Opens the voice that the settings name. Its process starts in the background, so that the first
 * phrase need not wait for it.
 * @param isInstalled whether a package that may be left out is there
 * @returns null where phrases are not spoken
 */
export function openSpeech(
  settings: SpeechSettings,
  log: Log,
  isInstalled: (name: string) => boolean = isPackageThere,
): SpeechEngine | null {
  switch (settings.kind) {
    case 'none':
      return null;
    case 'command':
      return new CommandEngine(settings);
    case 'espeak':
      if (isInstalled(ESPEAK_PACKAGE)) return new EspeakEngine();
      log.warn(
        { package: ESPEAK_PACKAGE },
        'phrases are not spoken: npm install the package, or set SPEECH to command or none',
      );
      return null;
  }
}

function isPackageThere(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

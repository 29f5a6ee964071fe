import { which } from '../../scripts/setup/paths.mjs';

/** The browser that set-up found or installed: what a shell would start. */
export const CHROMIUM = which('chromium') ?? 'chromium';

import { measureEveryone } from './everyone.ts';
import { measureListenerGrowth, measureSpeakerGrowth } from './growth.ts';
import { measureJanus } from './janus.ts';
import { measureJoins } from './joins.ts';
import { measureLimit } from './limit.ts';
import { measureLoads } from './loads.ts';
import { measureProfile } from './profile.ts';

/** What `npm run bench -- audience` measures, each alone as `audience:loads` and so on. */
export const AUDIENCE_PARTS: Readonly<
  Record<string, [what: string, measure: () => Promise<string>]>
> = {
  'audience:loads': ['Speakers x listeners', measureLoads],
  'audience:listeners': ['From 100 to 1,200 listeners of one speaker', measureListenerGrowth],
  'audience:speakers': ['From 1 to 50 speakers before 200 listeners', measureSpeakerGrowth],
  'audience:limit': ['2,000 listeners of one speaker, one worker', measureLimit],
  'audience:everyone': ['50 who speak: slots beside consuming everyone', measureEveryone],
  'audience:janus': ['Beside Janus, 1 x 300', measureJanus],
  'audience:profile': ['Where the time goes, 1 x 300', measureProfile],
  'audience:joins': ['100 joins a second into a room of 300', measureJoins],
};

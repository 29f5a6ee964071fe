import type { RoomState } from '#web/client/roomState.ts';
import type { RoomClient } from '#web/client/roomClient.ts';
import { CONSENT_WORDS, can, type StopReason } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { wordsOf } from './failure.ts';
import { preferences } from './preferences.svelte.ts';
import { lengthText } from './formats.ts';
import { playNotice } from './noticeSound.ts';
import { tellOfAdmission, tellOfArrival, tellOfOrder } from './orderNews.ts';
import { PeopleNews } from './peopleNews.ts';
import { newlyUnspoken, toBeRead, type Hearing } from './phraseNews.ts';
import { toasts } from './toasts.svelte.ts';
import { unspokenWords } from './unspokenWords.ts';

/** A shorter gap is not worth a toast. */
const WORTH_SHOWING_MS = 3_000;
/** A shorter one was not told of. */
const WORTH_TELLING_MS = 1_500;

/** What a person hears and sees at this moment, and need not be told. */
interface Attention {
  readonly hearing: () => Hearing;
  /** Whether the list of people is on screen. */
  readonly seesPeople: () => boolean;
  /** Whether they are about to be heard. */
  readonly takesFloor: () => boolean;
}

/** Tells what changes in a room: aloud for screen readers, and in a toast where others would miss it too. */
export function watchNews(client: RoomClient, attention: Attention): () => void {
  const { hearing, seesPeople, takesFloor } = attention;
  let before = client.state;
  /** As the person last knew the room: what happened in an interruption is told after it. */
  let known: RoomState | null = null;
  const people = new PeopleNews(() => client.state, seesPeople);
  const stop = client.subscribe(() => {
    const now = client.state;
    tellOfConnection(before, now);
    tellOfSound(before, now);
    tellOfAdmission(before, now);
    before = now;
    if (now.connection !== 'connected') return;
    if (known) {
      tellOfRecording(known, now);
      tellOfConsent(known, now);
      people.tell(known, now);
      tellOfOrder(known, now, {
        seesPeople: seesPeople(),
        hasLowered: client.stage.hasLowered,
        takesFloor: takesFloor(),
      });
      tellOfVoice(known, now);
      tellOfPhrases(known, now, hearing());
    } else {
      tellOfArrival(now);
      // What was running before one came in is asked about all the same.
      if (now.consent === 'pending') toasts.announce(CONSENT_WORDS[preferences.locale].ask);
    }
    known = now;
  });
  return () => {
    stop();
    people.close();
  };
}

function tellOfConnection(before: RoomState, now: RoomState): void {
  if (before.connection === now.connection) return;
  if (now.connection === 'reconnecting') toasts.announce(m.reconnecting_title());
  if (before.connection === 'reconnecting' && now.connection === 'connected') {
    toasts.announce(m.news_reconnected());
  }
}

/** That it is lost stands in the room's banner, which says so when it lasts. */
function tellOfSound(before: RoomState, now: RoomState): void {
  const missedMs = now.soundMissedMs ?? 0;
  if (!before.soundLost || now.soundLost || missedMs < WORTH_TELLING_MS) return;
  if (missedMs < WORTH_SHOWING_MS) return toasts.announce(m.sound_back_soon());
  toasts.show(m.sound_back({ length: lengthText(missedMs / 1000) }));
}

function tellOfRecording(before: RoomState, now: RoomState): void {
  if (before.readyRecordings.length < now.readyRecordings.length) {
    toasts.show(m.toast_recording_ready());
  }
  if (before.failedRecordings.length < now.failedRecordings.length) {
    toasts.show(m.toast_recording_failed());
  }
  if (before.autoRecordFailures.length < now.autoRecordFailures.length) {
    const { text } = wordsOf(now.autoRecordFailures.at(-1) ?? 'INTERNAL');
    toasts.show(m.toast_auto_record_failed({ reason: text }));
  }
  const hasFailed = now.stopReason === 'storageFailed' && before.stopReason === null;
  // Switched off is what one would see anyway, not that something went wrong.
  if (!preferences.tellsRecording && !hasFailed) return;
  if (before.recording?.recordingId !== now.recording?.recordingId) {
    playNotice(now.recording ? 'started' : 'stopped');
    if (!now.recording) toasts.show(stopWords(now.stopReason));
    // Who began it has pressed for it, and who is asked must not have the question covered.
    else if (can(now.me?.role ?? 'audience', 'sendPhrase')) {
      toasts.announce(startWords(now.recording.startedBy));
    } else toasts.show(startWords(now.recording.startedBy));
    return;
  }
  const [wasPaused, isPaused] = [before, now].map(({ recording }) => Boolean(recording?.pausedAt));
  if (wasPaused === isPaused) return;
  playNotice(isPaused ? 'paused' : 'resumed');
  toasts.show(isPaused ? m.toast_recording_paused() : m.toast_recording_resumed());
}

function startWords(name: string): string {
  return name ? m.toast_recording_on({ name }) : m.toast_recording_on_nobody();
}

function stopWords(reason: StopReason | null): string {
  if (reason === 'maxLength') return m.toast_recording_full();
  return reason === 'storageFailed' ? m.toast_recording_storage() : m.toast_recording_off();
}

function tellOfConsent(before: RoomState, now: RoomState): void {
  if (before.consent === now.consent) return;
  if (now.consent === 'pending') toasts.announce(CONSENT_WORDS[preferences.locale].ask);
  if (now.consent === 'granted') toasts.announce(m.toast_consent_granted());
  if (now.consent === 'refused') toasts.show(m.toast_consent_refused());
}

function tellOfVoice({ speech: before }: RoomState, { speech: now, me }: RoomState): void {
  if (before.held !== now.held) toasts.announce(now.held ? m.news_held() : m.news_released());
  const isAsked = before.unapproved.length === 0 && now.unapproved.length > 0;
  if (isAsked && can(me?.role ?? 'audience', 'moderatePhrases')) toasts.show(m.toast_unapproved());
}

function tellOfPhrases(before: RoomState, now: RoomState, hearing: Hearing): void {
  for (const { authorName: name, text } of toBeRead(before, now, hearing)) {
    toasts.announce(m.news_phrase({ name, text }));
  }
  for (const { phrase, reason } of newlyUnspoken(before, now)) {
    toasts.announce(m.news_unspoken({ text: phrase.text, why: unspokenWords(reason) }));
  }
}

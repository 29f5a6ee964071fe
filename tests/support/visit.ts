import type { Role, RoomCreated, RoomSettings } from '#protocol';
import type { Person } from './person.ts';

/** Makes a room as a program would. */
export async function createRoom(
  url: string,
  roomName: string,
  settings: Partial<RoomSettings> = {},
): Promise<RoomCreated> {
  const response = await fetch(`${url}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roomName, settings }),
  });
  return (await response.json()) as RoomCreated;
}

export function roomLink(url: string, room: RoomCreated, role: Role): string {
  return `${url}/r/${room.roomId}#${room.invitations[role]}`;
}

/** From the link to the room, as a person does it in Spanish. */
export async function enterRoom(
  person: Pick<Person, 'page'>,
  link: string,
  name: string,
): Promise<void> {
  const { page } = person;
  await page.goto(link);
  await page.getByLabel(/^Tu nombre/).fill(name);
  await page.getByRole('button', { name: /^(Entrar|Escuchar)$/ }).click();
  await page.getByRole('region', { name: 'Controles' }).waitFor();
}

/** Types a phrase and sends it, as a person does it in Spanish. */
export async function sayPhrase({ page }: Person, text: string): Promise<void> {
  await page.getByLabel('Escribe una frase', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Waits until the page's own clock of the recording shows `time`, such as `0:05`, or a later one. */
export async function recordingReaches(
  { page }: Pick<Person, 'page'>,
  time: string,
): Promise<void> {
  await page.waitForFunction((wanted) => {
    const shown = document.querySelector('[data-testid=recording] .time')?.textContent ?? '';
    const seconds = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + +part, 0);
    return shown !== '' && seconds(shown) >= seconds(wanted);
  }, time);
}

/** Says yes to being recorded, as a person who is asked does it in Spanish. */
export async function agreeToBeRecorded(person: Person): Promise<void> {
  const question = consentQuestion(person);
  await question.getByRole('button', { name: 'Acepto' }).click();
  await question.waitFor({ state: 'detached' });
}

/** The question whether one may be recorded, as a person sees it in Spanish. */
export const consentQuestion = ({ page }: Person) =>
  page.getByRole('region', { name: '¿Te grabamos?' });

/** Waits until a phrase is seen in the room, by whoever said it. */
export async function seesPhrase({ page }: Person, text: string): Promise<void> {
  await page.getByRole('log', { name: 'Frases dichas en la sala' }).getByText(text).waitFor();
}

/** Waits until words for what just happened are shown. */
export async function isTold({ page }: Person, words: RegExp | string): Promise<void> {
  await page.getByRole('listitem').filter({ hasText: words }).first().waitFor();
}

/** The phrase of the moment, as a person sees it in Spanish. */
export const band = ({ page }: Person) => page.getByRole('region', { name: 'Frase actual' });

/** A phrase among those that were said, with what stands under it. */
export const phraseItem = ({ page }: Person, text: string) =>
  page
    .getByRole('log', { name: 'Frases dichas en la sala' })
    .getByRole('listitem')
    .filter({ hasText: text });

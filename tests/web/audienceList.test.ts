import { describe, expect, it } from 'vitest';
import { ProtocolError, type PeerId, type PeerInfo } from '#protocol';
import { AudienceList } from '#web/state/audienceList.ts';

type Page = Awaited<ReturnType<ConstructorParameters<typeof AudienceList>[0]['listAudience']>>;

const page = (names: string[], next: number | null, total = 5): Page => ({
  people: names.map((displayName) => ({ displayName, peerId: displayName as PeerId }) as PeerInfo),
  total,
  next,
});

/** A list, and what it asked: each question is answered when the test says. */
function looking() {
  const asked: unknown[] = [];
  const answers: PromiseWithResolvers<Page>[] = [];
  const list = new AudienceList({
    listAudience: (question) => {
      asked.push(question);
      const answer = Promise.withResolvers<Page>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const names = () => list.found.people?.map(({ displayName }) => displayName);
  return { asked, answers, list, names };
}

describe('those who listen, looked up', () => {
  it('[LQ1] come a page at a time', async () => {
    const { asked, answers, list, names } = looking();
    const finding = list.find('');
    expect([names(), list.found.isAsking]).toEqual([undefined, true]);
    answers[0]!.resolve(page(['Ana', 'Beto'], 7));
    await finding;
    expect([names(), list.found.total, list.found.next]).toEqual([['Ana', 'Beto'], 5, 7]);
    const more = list.more();
    answers[1]!.resolve(page(['Carla'], null));
    await more;
    expect([names(), list.found.next, list.found.isAsking]).toEqual([
      ['Ana', 'Beto', 'Carla'],
      null,
      false,
    ]);
    expect(asked).toEqual([{}, { after: 7 }]);
  });

  it('[LQ5] are listed once, who came again further down too', async () => {
    const { answers, list, names } = looking();
    const finding = list.find('');
    answers[0]!.resolve(page(['Ana', 'Beto'], 7));
    await finding;
    const more = list.more();
    answers[1]!.resolve(page(['Carla', 'Ana'], null));
    await more;
    expect(names()).toEqual(['Beto', 'Carla', 'Ana']);
  });

  it('[LQ2] are those who were looked for last', async () => {
    const { asked, answers, list, names } = looking();
    const all = list.find('');
    const some = list.find(' ca ');
    answers[1]!.resolve(page(['Carla'], null, 1));
    await some;
    answers[0]!.resolve(page(['Ana'], 1));
    await all;
    expect([names(), list.found.total, list.found.next]).toEqual([['Carla'], 1, null]);
    expect(asked).toEqual([{}, { query: 'ca' }]);
  });

  it('[LQ3] stay where there is no answer, and are asked for again', async () => {
    const { asked, answers, list, names } = looking();
    const finding = list.find('a');
    answers[0]!.resolve(page(['Ana'], 3));
    await finding;
    const more = list.more();
    answers[1]!.reject(new ProtocolError('RATE_LIMITED', 'slowly'));
    await more;
    expect([names(), list.found.failure, list.found.isAsking]).toEqual([
      ['Ana'],
      'RATE_LIMITED',
      false,
    ]);
    const again = list.retry();
    answers[2]!.resolve(page(['Carla'], null));
    await again;
    expect([names(), list.found.failure]).toEqual([['Ana', 'Carla'], null]);
    expect(asked.slice(1)).toEqual(Array.from({ length: 2 }, () => ({ query: 'a', after: 3 })));
  });

  it('[LQ4] have no name that is longer', () => {
    const { asked, list } = looking();
    void list.find('ñ'.repeat(80));
    expect(asked).toEqual([{ query: 'ñ'.repeat(60) }]);
  });
});

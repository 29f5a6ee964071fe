import { describe, expect, it } from 'vitest';
import { clientRequests, type ClientRequestName, type ErrorCode } from '#protocol';
import { GATE_STATES, refusal } from '#server/domain/gate.ts';

// The whole table by hand, not derived from the server's: a column a state, a row a message.
// ok: let through. U UNAUTHORIZED, W WRONG_STATE, F FORBIDDEN, E TOKEN_EXPIRED.
const TABLE = `
                  noToken connected lobby audience speaker moderator kicked expired
join              U       ok        W     W        W       W         F      E
listen            U       W         W     ok       ok      ok        F      E
createTransport   U       W         W     F        ok      ok        F      E
connectTransport  U       W         W     ok       ok      ok        F      E
produce           U       W         W     F        ok      ok        F      E
produceData       U       W         W     F        ok      ok        F      E
stopProducing     U       W         W     F        ok      ok        F      E
getPhrases        U       W         W     ok       ok      ok        F      E
sendPhrase        U       W         W     ok       ok      ok        F      E
followPhrases     U       W         W     ok       ok      ok        F      E
confirmPhrases    U       W         W     ok       ok      ok        F      E
moderateSpeech    U       W         W     F        F       ok        F      E
restartMedia      U       W         W     ok       ok      ok        F      E
restartIce        U       W         W     ok       ok      ok        F      E
echo              U       W         W     ok       ok      ok        F      E
setMuted          U       W         W     F        ok      ok        F      E
listAudience      U       W         W     ok       ok      ok        F      E
raiseHand         U       W         W     ok       ok      F         F      E
lowerHand         U       W         W     ok       ok      ok        F      E
answerFloor       U       W         W     ok       ok      F         F      E
giveFloor         U       W         W     F        F       ok        F      E
callNext          U       W         W     F        F       ok        F      E
lowerHandOf       U       W         W     F        F       ok        F      E
setRole           U       W         W     F        F       ok        F      E
handOver          U       W         W     F        F       ok        F      E
mutePeer          U       W         W     F        F       ok        F      E
muteOthers        U       W         W     F        F       ok        F      E
kick              U       W         W     F        F       ok        F      E
ban               U       W         W     F        F       ok        F      E
unban             U       W         W     F        F       ok        F      E
admit             U       W         W     F        F       ok        F      E
admitAll          U       W         W     F        F       ok        F      E
turnAway          U       W         W     F        F       ok        F      E
changeSettings    U       W         W     F        F       ok        F      E
startRecording    U       W         W     F        F       ok        F      E
stopRecording     U       W         W     F        F       ok        F      E
pauseRecording    U       W         W     F        F       ok        F      E
resumeRecording   U       W         W     F        F       ok        F      E
addMarker         U       W         W     F        F       ok        F      E
answerConsent     U       W         W     ok       ok      ok        F      E
leave             U       ok        ok    ok       ok      ok        F      E
`;

const VERDICTS: Readonly<Record<string, ErrorCode | null>> = {
  ok: null,
  U: 'UNAUTHORIZED',
  W: 'WRONG_STATE',
  F: 'FORBIDDEN',
  E: 'TOKEN_EXPIRED',
};

const [columns = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

const cells = GATE_STATES.flatMap((state) =>
  (Object.keys(clientRequests) as ClientRequestName[]).map((message) => {
    const row = rows.find(([name]) => name === message) ?? [];
    return { message, state, verdict: VERDICTS[row[columns.indexOf(state) + 1] ?? 'missing'] };
  }),
);

describe(`the gate, ${String(cells.length)} cells`, () => {
  it('[GT1] has a row for every message and a column for every state', () => {
    expect(columns.toSorted()).toEqual([...GATE_STATES].toSorted());
    expect(rows.map(([name]) => name).toSorted()).toEqual(Object.keys(clientRequests).toSorted());
    expect(cells).toHaveLength(rows.length * columns.length);
    console.log(`gate: ${String(cells.length)} cells`);
  });

  it.each(cells)('[GT2] $message when $state: $verdict', ({ message, state, verdict }) => {
    expect(verdict).not.toBeUndefined();
    expect(refusal(message, state)).toBe(verdict);
  });
});

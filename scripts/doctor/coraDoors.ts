import { randomBytes } from 'node:crypto';
import type { ConnectionTest, RoomCreated } from '#protocol';
import type { SoundDoor } from './soundDoors.ts';
import { ATTRIBUTE, SUCCESS, TYPE, decode, encode, newId } from './stun.ts';

/** For all of it. */
const ASK_MS = 3_000;
/** As many as Cora gives one link at one address. */
const TESTS_AT_ONCE = 4;

/**
 * Asks a running Cora for connection tests, whose transports answer ICE's checks (RFC 8445): each is
 * on the worker that has least to do, and so on another than those before.
 */
export async function coraDoors(url: string, workers: number): Promise<SoundDoor[]> {
  const signal = AbortSignal.timeout(ASK_MS);
  const rooms = { url: `${url}/api/rooms`, signal };
  const room = await post<RoomCreated>(rooms, { roomName: 'doctor' });
  const { roomId, invitations } = room;
  const doors = new Map<string, SoundDoor>();
  for (let worker = 0; worker < Math.min(workers, TESTS_AT_ONCE); worker += 1) {
    const tests = { url: `${url}/api/rooms/${roomId}/connection-tests`, signal };
    const { receive } = await post<ConnectionTest>(tests, {}, invitations.audience);
    for (const { protocol, port } of receive.iceCandidates) {
      doors.set(`${protocol} ${port}`, coraDoor(protocol, port, receive.iceParameters));
    }
  }
  return [...doors.values()];
}

async function post<Answer>(
  { url, signal }: { url: string; signal: AbortSignal },
  body: object,
  token?: string,
): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    signal,
  });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  return (await answer.json()) as Answer;
}

function coraDoor(
  protocol: 'udp' | 'tcp',
  port: number,
  ice: ConnectionTest['receive']['iceParameters'],
): SoundDoor {
  const id = newId();
  const check = iceCheck(ice, id);
  return {
    protocol,
    port,
    question: protocol === 'tcp' ? framed(check) : check,
    isAnswer: (bytes) => {
      const message = decode(protocol === 'tcp' ? bytes.subarray(2) : bytes);
      return message?.type === (TYPE.binding | SUCCESS) && message.id.equals(id);
    },
  };
}

function iceCheck(ice: { usernameFragment: string; password: string }, id: Buffer): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(1);
  return encode(
    {
      type: TYPE.binding,
      id,
      attributes: [
        [ATTRIBUTE.username, Buffer.from(`${ice.usernameFragment}:doctor`)],
        [ATTRIBUTE.priority, priority],
        [ATTRIBUTE.controlling, randomBytes(8)],
      ],
    },
    { key: ice.password, fingerprint: true },
  );
}

/** As ICE travels over TCP (RFC 4571). */
function framed(message: Buffer): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(message.length);
  return Buffer.concat([size, message]);
}

import { lookup } from 'node:dns/promises';
import type { PeerId } from '#protocol';
import { TurnCredentials } from '../../server/auth/turnCredentials.ts';
import type { Config } from '../../server/config.ts';
import { fail, ok, reasonOf, warn, type Finding } from './finding.ts';
import { soundAddress } from './reach.ts';
import { Refused, Relay } from './relay.ts';
import type { SoundDoor, SoundDoors } from './soundDoors.ts';
import { mappedAddressOf } from './stun.ts';

const THROUGH_MS = 2_500;
const REPEAT_MS = 300;

const clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: () => () => {},
};

/** Each STUN and TURN server, asked as a browser would with the credentials that it would be given. */
export async function lookAtIceServers(config: Config, sound: SoundDoors): Promise<Finding[]> {
  const { stunUrls, turnUrls } = config.iceServers;
  if (stunUrls.length + turnUrls.length === 0) {
    return [
      config.publicUrl === undefined
        ? ok('Ninguno, y en esta máquina no hacen falta.', 'None, and this machine needs none.')
        : warn(
            'Ninguno: quien esté tras un cortafuegos estricto no oirá nada. Pon TURN_URLS y TURN_SECRET.',
            'None: who is behind a strict firewall will hear nothing. Set TURN_URLS and TURN_SECRET.',
          ),
    ];
  }
  const servers = new TurnCredentials({ ...config.iceServers, clock });
  const given = servers.for('doctor' as PeerId).find(({ username }) => username !== undefined);
  return Promise.all([
    ...stunUrls.map(lookAtStun),
    ...turnUrls.map((url) =>
      lookAtTurn({
        url,
        username: given?.username ?? '',
        password: given?.credential ?? '',
        target: soundAddress(config),
        door: sound.doors.find(({ protocol }) => protocol === 'udp'),
      }),
    ),
  ]);
}

async function lookAtStun(url: string): Promise<Finding> {
  try {
    const relay = await Relay.open(url);
    try {
      const seenAs = mappedAddressOf(await relay.bind());
      return ok(
        `${url} responde, y ve a esta máquina como ${seenAs || 'IPv6'}.`,
        `${url} answers, and sees this machine as ${seenAs || 'IPv6'}.`,
      );
    } finally {
      relay.close();
    }
  } catch (error) {
    return unreachable('STUN_URLS', url, error);
  }
}

interface TurnServer {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Where sound is to be relayed to. */
  readonly target: string;
  readonly door: SoundDoor | undefined;
}

async function lookAtTurn({ url, username, password, target, door }: TurnServer): Promise<Finding> {
  let relay: Relay;
  try {
    relay = await Relay.open(url);
  } catch (error) {
    return unreachable('TURN_URLS', url, error);
  }
  try {
    const { address } = await lookup(target);
    await relay.allocate(username, password);
    const permitted = await relay.permit(address).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refused) return false;
        throw error;
      },
    );
    if (!permitted) {
      return fail(
        `${url} abre un paso, pero no hacia ${address}. En coturn: allowed-peer-ip=${address}`,
        `${url} opens a relay, but not to ${address}. In coturn: allowed-peer-ip=${address}`,
      );
    }
    if (!door) {
      return ok(`${url} abre un paso hacia ${address}.`, `${url} opens a relay to ${address}.`);
    }
    return (await passes(relay, address, door))
      ? ok(`${url} lleva el sonido hasta ${address}.`, `${url} carries sound to ${address}.`)
      : fail(
          `${url} abre un paso hacia ${address}, pero por él no vuelve nada. Abre UDP ${door.port} entre las dos máquinas.`,
          `${url} opens a relay to ${address}, but nothing comes back through it. Open UDP ${door.port} between the two machines.`,
        );
  } catch (error) {
    return refused(url, error);
  } finally {
    relay.close();
  }
}

/** Whether what is sent through the relay is answered by the port for sound. */
function passes(relay: Relay, address: string, door: SoundDoor): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  relay.onData = (bytes) => {
    if (door.isAnswer(bytes)) resolve(true);
  };
  const send = () => relay.sendTo(address, door.port, door.question);
  const repeat = setInterval(send, REPEAT_MS);
  const timer = setTimeout(() => resolve(false), THROUGH_MS);
  send();
  return promise.finally(() => {
    clearInterval(repeat);
    clearTimeout(timer);
  });
}

function refused(url: string, error: unknown): Finding {
  if (!(error instanceof Refused)) return unreachable('TURN_URLS', url, error);
  switch (error.code) {
    case 401:
      return fail(
        `TURN_SECRET: ${url} no acepta las credenciales. Tiene que ser el static-auth-secret de ese servidor, y los dos relojes ir a la misma hora.`,
        `TURN_SECRET: ${url} does not take the credentials. It must be the static-auth-secret of that server, and both clocks must agree.`,
      );
    case 486:
    case 508:
      return warn(
        `${url} responde, pero ahora no le quedan pasos libres (${error.code}).`,
        `${url} answers, but has no relays left right now (${error.code}).`,
      );
    default:
      return fail(
        `${url} se niega a abrir un paso (${error.code}). Mira su registro.`,
        `${url} refuses to open a relay (${error.code}). Look at its log.`,
      );
  }
}

function unreachable(name: string, url: string, error: unknown): Finding {
  const reason = reasonOf(error);
  return fail(
    `${name}: ${url} no responde (${reason}). ¿Está en marcha, y abierto su puerto?`,
    `${name}: ${url} does not answer (${reason}). Does it run, and is its port open?`,
  );
}

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../server/config.ts';
import { LOOPBACK_HOSTS } from '../../server/config/values.ts';
import { fail, ok, reasonOf, warn, type Finding } from './finding.ts';
import type { SoundDoor, SoundDoors } from './soundDoors.ts';

const ANSWER_MS = 2_500;
const REPEAT_MS = 400;

/** Where browsers are told to send sound. */
export const soundAddress = ({ announcedAddress, listenIp }: Config) =>
  announcedAddress ?? listenIp;

/** Whether what browsers are told leads to the ports for sound, seen from this machine. */
export async function lookAtReach(config: Config, sound: SoundDoors): Promise<Finding[]> {
  const host = soundAddress(config);
  if (sound.doors.length === 0) return [];
  let address: string;
  try {
    ({ address } = await lookup(host));
  } catch (error) {
    const reason = reasonOf(error);
    return [
      fail(
        `ANNOUNCED_ADDRESS: ${host} no lleva a ninguna dirección (${reason}). Corrige el nombre o escribe la dirección.`,
        `ANNOUNCED_ADDRESS: ${host} leads to no address (${reason}). Correct the name or write the address.`,
      ),
    ];
  }
  const answered = await Promise.all(sound.doors.map((door) => answers(door, address)));
  const silent = sound.doors.filter((_, index) => !answered[index]);
  if (silent.length === 0) {
    return [
      LOOPBACK_HOSTS.includes(host)
        ? ok(
            'Los puertos de sonido responden, para esta máquina y ninguna otra.',
            'The sound ports answer, to this machine and no other.',
          )
        : ok(
            `Los puertos de sonido responden en ${host}, UDP y TCP.`,
            `The sound ports answer at ${host}, UDP and TCP.`,
          ),
    ];
  }
  const ports = silent.map(({ protocol, port }) => `${protocol.toUpperCase()} ${port}`).join(', ');
  const isOwn = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some((own) => own.address === address);
  return [
    isOwn
      ? fail(
          `${host} es de esta máquina y no responde en ${ports}. Abre esos puertos en su cortafuegos, o haz que LISTEN_IP incluya esa dirección.`,
          `${host} is this machine's and does not answer on ${ports}. Open those ports in its firewall, or let LISTEN_IP include that address.`,
        )
      : warn(
          `Desde aquí no se llega a ${host} por ${ports}. Si un router traduce esa dirección, puede que no la traduzca hacia dentro, y entonces esto no dice nada: prueba la conexión desde otra red, en la entrada de una sala. Si no, abre esos puertos hasta esta máquina.`,
          `From here ${host} is not reached on ${ports}. If a router translates that address, it may not do so from the inside (hairpin), and then this says nothing: test the connection from another network, in a room's lobby. Otherwise open those ports to this machine.`,
        ),
  ];
}

function answers(door: SoundDoor, address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ANSWER_MS);
  const listen = (bytes: Buffer) => {
    if (door.isAnswer(bytes)) resolve(true);
  };
  const end =
    door.protocol === 'udp' ? askUdp(door, address, listen) : askTcp(door, address, listen);
  return promise.finally(() => {
    clearTimeout(timer);
    end();
  });
}

function askUdp({ question, port }: SoundDoor, address: string, listen: (it: Buffer) => void) {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', listen).on('error', () => {});
  const send = () => socket.send(question, port, address, () => {});
  const repeat = setInterval(send, REPEAT_MS);
  send();
  return () => {
    clearInterval(repeat);
    socket.close();
  };
}

function askTcp({ question, port }: SoundDoor, address: string, listen: (it: Buffer) => void) {
  const socket = connect({ host: address, port });
  let heard = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    listen(heard);
  });
  socket.write(question);
  return () => socket.destroy();
}

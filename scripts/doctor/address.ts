import type { Config } from '../../server/config.ts';
import { configWarnings } from '../../server/config/warnings.ts';
import { ok, warn, type Finding } from './finding.ts';
import { soundAddress } from './reach.ts';

/** Whether browsers are told an address that makes sense for the one that people open. */
export function lookAtAddress(config: Config): Finding[] {
  const warnings = configWarnings(config);
  const host = soundAddress(config);
  if (warnings.length > 0) {
    const name = config.announcedAddress === undefined ? 'LISTEN_IP' : 'ANNOUNCED_ADDRESS';
    return warnings.map((text) =>
      warn(
        `${name}: ${host} es una dirección privada, y PUBLIC_URL es ${config.publicUrl}. Quien esté en otra red no oirá nada: pon en ANNOUNCED_ADDRESS la dirección pública que lleva hasta aquí. Si todo el mundo está en esta red, está bien así.`,
        text,
      ),
    );
  }
  const page = config.publicUrl ?? `http://localhost:${config.port}`;
  return [
    ok(
      `La página está en ${page}, y el sonido en ${host}.`,
      `The page is at ${page}, and sound at ${host}.`,
    ),
  ];
}

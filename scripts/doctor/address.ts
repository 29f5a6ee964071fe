import type { Config } from '../../server/config.ts';
import { configWarnings, type ConfigWarning } from '../../server/config/warnings.ts';
import { ok, warn, type Finding } from './finding.ts';
import { soundAddress } from './reach.ts';

/** Whether browsers are told an address that makes sense for the one that people open, and theirs is known. */
export function lookAtAddress(config: Config): Finding[] {
  const warnings = configWarnings(config);
  const told = warnings.map((warning) => warn(inSpanish(warning), warning.text));
  if (warnings.some(({ kind }) => kind === 'privateAddress')) return told;
  const page = config.publicUrl ?? `http://localhost:${config.port}`;
  const host = soundAddress(config);
  return [
    ok(
      `La página está en ${page}, y el sonido en ${host}.`,
      `The page is at ${page}, and sound at ${host}.`,
    ),
    ...told,
  ];
}

function inSpanish(warning: ConfigWarning): string {
  const { publicUrl } = warning;
  switch (warning.kind) {
    case 'privateAddress':
      return `${warning.variable}: ${warning.address} es una dirección privada, y PUBLIC_URL es ${publicUrl}. Quien esté en otra red no oirá nada: pon en ANNOUNCED_ADDRESS la dirección pública que lleva hasta aquí. Si todo el mundo está en esta red, está bien así.`;
    case 'unknownProxy':
      return `TRUSTED_PROXIES: un proxy de esta máquina trae a todo el mundo desde ${publicUrl}, y para los límites son una sola dirección. Pon 127.0.0.1 en TRUSTED_PROXIES si el proxy añade a X-Forwarded-For quién se lo pidió.`;
    case 'openRedis':
      return 'REDIS_URL: pasa por una red pública sin TLS o sin contraseña. Escribe rediss:// con una contraseña, o una dirección de una red privada.';
  }
}

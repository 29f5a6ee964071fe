import { randomBytes } from 'node:crypto';
import { get, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Config } from '../../server/config.ts';
import { fail, ok, reasonOf, warn, type Finding } from './finding.ts';
import { isHealthy, type HttpDoor } from './httpDoor.ts';

const ANSWER_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A certificate that is renewed by itself is, a month before its end. */
const RENEWED_DAYS = 14;
const MAX_BODY = 4_096;

/** Whether the address that people open is a secure context and leads to Cora, WebSockets too. */
export async function lookAtPublicUrl(config: Config, door: HttpDoor): Promise<Finding[]> {
  if (config.publicUrl === undefined || config.publicUrl.startsWith('http:')) {
    return [
      ok(
        'Sin TLS, y en http://localhost el navegador da el micrófono igualmente.',
        'Without TLS, and at http://localhost browsers give the microphone all the same.',
      ),
    ];
  }
  const url = new URL(config.publicUrl);
  let certificate: Finding;
  try {
    certificate = await lookAtCertificate(url);
  } catch (error) {
    const reason = reasonOf(error);
    return [
      fail(
        `PUBLIC_URL: ${url.origin} no responde (${reason}). Mira el nombre en el DNS, y el proxy que debe estar ahí.`,
        `PUBLIC_URL: ${url.origin} does not answer (${reason}). Look at the name in the DNS, and at the proxy that should be there.`,
      ),
    ];
  }
  // With a port that another program has there is nothing behind the proxy to be seen.
  if (door.by === null) return [certificate];
  return [certificate, ...(await Promise.all([lookAtPages(url, door), lookAtSockets(url)]))];
}

function lookAtCertificate(url: URL): Promise<Finding> {
  const { promise, resolve, reject } = Promise.withResolvers<Finding>();
  const host = hostOf(url);
  const socket = connect({
    host,
    port: Number(url.port || 443),
    ...(isIP(host) ? {} : { servername: host }),
    // Looked at below, where it can be said what is wrong with it.
    rejectUnauthorized: false,
    timeout: ANSWER_MS,
  });
  socket.once('error', reject);
  socket.once('timeout', () => reject(new Error('no answer')));
  socket.once('secureConnect', () => {
    const days = (Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS;
    const problem: unknown = socket.authorized ? null : socket.authorizationError;
    resolve(
      problem
        ? untrusted(url, String((problem as { code?: unknown }).code ?? problem))
        : lasting(days),
    );
  });
  return promise.finally(() => socket.destroy());
}

function lasting(days: number): Finding {
  const left = Math.floor(days);
  return left < RENEWED_DAYS
    ? warn(
        `Al certificado le quedan ${left} días. Renuévalo, o mira por qué no se renueva solo.`,
        `The certificate ends in ${left} days. Renew it, or see why it does not renew itself.`,
      )
    : ok(`Al certificado le quedan ${left} días.`, `The certificate is good for ${left} days.`);
}

function untrusted({ hostname }: URL, code: string): Finding {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return fail(
        `El certificado de ${hostname} ha caducado: los navegadores no abren la página. Renuévalo.`,
        `The certificate of ${hostname} has expired: browsers do not open the page. Renew it.`,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return fail(
        `El certificado no es para ${hostname}. Pide uno con ese nombre.`,
        `The certificate is not for ${hostname}. Get one with that name.`,
      );
    default:
      return fail(
        `Los navegadores no se fían del certificado de ${hostname} (${code}). Pide uno a Let's Encrypt o a otra autoridad, y sírvelo con su cadena entera.`,
        `Browsers do not trust the certificate of ${hostname} (${code}). Get one of Let's Encrypt or another authority, and serve it with its whole chain.`,
      );
  }
}

function lookAtPages(url: URL, door: HttpDoor): Promise<Finding> {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const lost = (what: string) =>
    resolve(
      fail(
        `El proxy de ${url.origin} no llega hasta ${door.url} (${what}). Corrige adónde pasa las peticiones.`,
        `The proxy at ${url.origin} does not reach ${door.url} (${what}). Correct where it passes requests on to.`,
      ),
    );
  const options = { rejectUnauthorized: false, timeout: ANSWER_MS, agent: false };
  const asking = get(new URL('/healthz', url), options, (answer) => {
    let body = '';
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => {
      if (body.length < MAX_BODY) body += text;
    });
    answer.on('end', () => {
      if (!isHealthy(body)) return lost(String(answer.statusCode));
      resolve(ok(`${url.origin} lleva hasta Cora.`, `${url.origin} leads to Cora.`));
    });
  });
  asking.on('timeout', () => asking.destroy(new Error('no answer')));
  asking.on('error', (error) => lost(reasonOf(error)));
  return promise;
}

function lookAtSockets(url: URL): Promise<Finding> {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const blocked = (what: string) =>
    resolve(
      fail(
        `El proxy no deja pasar WebSocket (${what}), y sin él no se entra en ninguna sala. En nginx: proxy_http_version 1.1 y las cabeceras Upgrade y Connection.`,
        `The proxy lets no WebSocket through (${what}), and without one nobody enters a room. In nginx: proxy_http_version 1.1 and the headers Upgrade and Connection.`,
      ),
    );
  const asking = httpsRequest(new URL('/socket.io/?EIO=4&transport=websocket', url), {
    rejectUnauthorized: false,
    timeout: ANSWER_MS,
    agent: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: url.origin,
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  asking.on('upgrade', (_answer, socket) => {
    socket.destroy();
    resolve(ok('WebSocket pasa.', 'WebSocket gets through.'));
  });
  asking.on('response', (answer) => {
    answer.resume();
    blocked(String(answer.statusCode));
  });
  asking.on('timeout', () => asking.destroy(new Error('no answer')));
  asking.on('error', (error) => blocked(reasonOf(error)));
  asking.end();
  return promise;
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

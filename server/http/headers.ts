import type { FastifyInstance } from 'fastify';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

export const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': 'microphone=(self), camera=(), display-capture=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * Sends the security headers with every answer, errors too.
 * @param servers origins that a page may go to beside its own
 */
export function addSecurityHeaders(app: FastifyInstance, servers: () => readonly string[]): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const others = servers();
    if (others.length > 0) reply.header('content-security-policy', policyWith(others));
  });
}

function policyWith(servers: readonly string[]): string {
  return CONTENT_SECURITY_POLICY.replace("connect-src 'self'", `$& ${servers.join(' ')}`);
}

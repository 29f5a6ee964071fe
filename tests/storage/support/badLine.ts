import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Fault = 'none' | 'flip' | 'stall' | 'cut';

/** The way to an object server on which what comes back may suffer. */
export interface BadLine {
  readonly endpoint: string;
  /** What happens to the last byte of each object from now on. */
  fault: Fault;
}

/** Leads to `target`; `fault` meets what objects hold, everything else passes. */
export async function badLine(target: string): Promise<BadLine> {
  const line = { endpoint: '', fault: 'none' as Fault };
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    // With its Host header as it came: that is signed too.
    const forward = request(`${target}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      const isObject =
        method === 'GET' && !url?.includes('?list-type') && answer.statusCode === 200;
      if (isObject && line.fault !== 'none') void suffer(answer, outgoing, line.fault);
      else answer.pipe(outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    incoming.pipe(forward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  line.endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return line;
}

async function suffer(answer: IncomingMessage, outgoing: ServerResponse, fault: Fault) {
  const content = Buffer.concat(await answer.toArray());
  const last = content.byteLength - 1;
  if (fault === 'flip') {
    content[last]! ^= 1;
    outgoing.end(content);
    return;
  }
  outgoing.write(content.subarray(0, last), () => {
    if (fault === 'cut') outgoing.destroy();
  });
}

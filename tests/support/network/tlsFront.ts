import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

// The proxy with TLS that stands before a server, run as a process in the server's namespace:
// folder with cert.pem and key.pem, address to listen on, port of the server on 127.0.0.1.
const [folder = '', address = '', port = ''] = process.argv.slice(2);

const front = tls.createServer(
  { cert: readFileSync(`${folder}/cert.pem`), key: readFileSync(`${folder}/key.pem`) },
  (browser) => {
    const server = net.connect(Number(port), '127.0.0.1');
    browser.pipe(server).pipe(browser);
    // A side that is gone, or not there yet, takes the other with it.
    for (const [one, other] of [
      [browser, server],
      [server, browser],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  },
);
front.listen(443, address, () => process.stdout.write('ready\n'));

import { readFileSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';

// The proxy with TLS that stands before a server, run as a process in the server's namespace:
// folder with cert.pem and key.pem, address to listen on, port of the server on 127.0.0.1. A line
// on its standard input is an address from which no connection stands any more, until another line.
const [folder = '', address = '', port = ''] = process.argv.slice(2);

const browsers = new Set<tls.TLSSocket>();
let shutOut = '';

createInterface({ input: process.stdin }).on('line', (line) => {
  shutOut = line;
  for (const browser of browsers) if (browser.remoteAddress === shutOut) browser.destroy();
});

const front = tls.createServer(
  { cert: readFileSync(`${folder}/cert.pem`), key: readFileSync(`${folder}/key.pem`) },
  (browser) => {
    if (browser.remoteAddress === shutOut) return browser.destroy();
    browsers.add(browser);
    browser.on('close', () => browsers.delete(browser));
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

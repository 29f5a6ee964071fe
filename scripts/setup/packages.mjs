import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { SetupError } from './error.mjs';
import { which } from './paths.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

/**
 * A Debian package and the command or file that shows it is there. Asking for the thing itself
 * is faster than asking dpkg, and right on a machine that got it some other way. A `service` is what
 * Debian starts with the package, and nobody has asked for.
 * @typedef {{ package: string, command?: string, file?: string, service?: string }} Tool
 */

/** @type {Tool[]} */
export const workerTools = [
  { package: 'g++', command: 'g++' },
  { package: 'make', command: 'make' },
  { package: 'pkg-config', command: 'pkg-config' },
  { package: 'dpkg-dev', command: 'dpkg-source' },
  { package: 'libssl-dev', file: '/usr/include/openssl/ssl.h' },
  { package: 'libuv1-dev', file: '/usr/include/uv.h' },
  { package: 'libflatbuffers-dev', file: '/usr/include/flatbuffers/flatbuffers.h' },
  { package: 'flatbuffers-compiler', command: 'flatc' },
  { package: 'libabsl-dev', file: '/usr/include/absl/strings/string_view.h' },
  { package: 'libboost-dev', file: '/usr/include/boost/unordered/unordered_flat_map.hpp' },
];

/** For networks of their own, which only root may make. @type {Tool[]} */
const networkTools = [
  { package: 'coturn', command: 'turnserver', service: 'coturn' },
  { package: 'iproute2', command: 'ip' },
  { package: 'nftables', command: 'nft' },
];

/** @type {Tool[]} */
export const testTools = [
  ...(process.getuid?.() === 0 ? networkTools : []),
  { package: 'chromium', command: 'chromium' },
  { package: 'ffmpeg', command: 'ffmpeg' },
  { package: 'opus-tools', command: 'opusdec' },
  { package: 'redis-server', command: 'redis-server', service: 'redis-server' },
  { package: 'python3-swift', file: '/usr/lib/python3/dist-packages/swift/__init__.py' },
];

/** @param {Tool[]} tools */
export function missing(tools) {
  return tools.filter(({ command, file }) => !(command ? which(command) : existsSync(file)));
}

/** @param {Tool[]} tools */
export async function installPackages(tools) {
  const absent = missing(tools);
  if (absent.length === 0) return;
  if (!which('apt-get')) {
    const things = absent.map(({ command, file }) => command ?? file).join(', ');
    throw new SetupError(
      `This is not Debian, so install these yourself: ${things}. With MEDIASOUP_WORKER_BIN set to a mediasoup-worker of your own, none is built.`,
    );
  }
  if (process.getuid() !== 0) {
    const command = `sudo apt-get install -y --no-install-recommends ${(await names(absent)).join(' ')}`;
    throw new SetupError(
      `Debian packages are missing, and only root can install them. Run this and start again (after \`sudo apt-get update\` if a package is not found):\n\n  ${command}\n`,
    );
  }
  await step('Reading the Debian package lists', () => apt(['update']));
  const wanted = await names(absent);
  await step(`Installing the Debian packages ${wanted.join(' ')}`, (report) =>
    apt(['install', '-y', '--no-install-recommends', ...wanted], report),
  );
  await stopServices(absent);
  const still = missing(tools).map((tool) => tool.package);
  if (still.length > 0) {
    throw new SetupError(
      `apt-get installed ${still.join(', ')}, and what Cora needs of it is still not there; this distribution may be too old (Debian 12 is the oldest that is tried).`,
    );
  }
}

async function apt(args, report) {
  // Another apt, such as an unattended upgrade, may hold the lock for minutes.
  const options = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'APT::Status-Fd=3'];
  await run('apt-get', [...options, ...args], {
    log: `apt-${args[0]}`,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    onStatus: (line) => {
      const [kind, , percent] = line.split(':');
      const doing = { dlstatus: 'downloading', pmstatus: 'unpacking' }[kind];
      if (doing) report?.(`${doing} ${Math.round(Number(percent))} %`);
    },
  });
}

async function stopServices(tools) {
  // Where systemd does not run, nothing was started.
  if (!existsSync('/run/systemd/system')) return;
  for (const { service } of tools) {
    if (service) await run('systemctl', ['disable', '--now', service], { log: 'systemctl' });
  }
}

async function names(tools) {
  return Promise.all(
    tools.map((tool) => (tool.package === 'libboost-dev' ? boost() : tool.package)),
  );
}

/** unordered_flat_map came with Boost 1.81, which Debian 12 has beside an older default. */
async function boost() {
  const { stdout } = await promisify(execFile)('apt-cache', [
    'search',
    '--names-only',
    '^libboost(1[.][0-9]+)?-dev$',
  ]);
  const minors = [...stdout.matchAll(/^libboost1\.(\d+)-dev/gm)].map(([, minor]) => Number(minor));
  const newest = Math.max(...minors);
  if (minors.length > 0) return newest >= 81 ? `libboost1.${newest}-dev` : 'libboost-dev';
  const isBookworm = /bookworm/.test(readFileSync('/etc/os-release', 'utf8'));
  return isBookworm ? 'libboost1.81-dev' : 'libboost-dev';
}

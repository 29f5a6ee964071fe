// Runs both sides with reload: Vite for the client, `node --watch` for the server.
import { spawn } from 'node:child_process';

const CLIENT = 'http://localhost:5173';

const children = [
  spawn(process.execPath, ['--watch', 'server/main.ts'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ALLOWED_ORIGINS: [process.env.ALLOWED_ORIGINS, CLIENT].filter(Boolean).join(','),
    },
  }),
  spawn('vite', ['--config', 'web/vite.config.ts', '--port', '5173', '--strictPort'], {
    stdio: 'inherit',
  }),
];

let ending = false;
function end(exitCode) {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill('SIGTERM');
  process.exitCode = exitCode;
}

for (const child of children) child.on('exit', (code) => end(code ?? 1));
process.on('SIGINT', () => end(0));
process.on('SIGTERM', () => end(0));

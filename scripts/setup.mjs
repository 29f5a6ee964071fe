// Makes a fresh clone runnable, and does nothing when it already is. Usage: node scripts/setup.mjs [--tests | --dev]
//   --tests  also what the tests need: Chromium and the tools that check a recording
//   --dev    without the built client, which the development server replaces
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Cora needs Node 20.19 or newer and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`,
  );
  process.exitCode = 1;
} else {
  // Imported here, so that an older Node gets as far as the sentence above.
  import('./setup/main.mjs').then(({ main }) => main(process.argv.slice(2)));
}

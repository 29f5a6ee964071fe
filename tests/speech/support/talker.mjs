// A command that speaks, or does what commands should not. Usage: talker.mjs <what> [arguments]
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const [what, ...rest] = process.argv.slice(2);
const SPOKEN = { seconds: 1.5, frequency: 700 };

/** A tone between two silences of half a second. */
function wav({ rate = 22_050, channels = 1, seconds = SPOKEN.seconds, size } = {}) {
  const half = Math.round(rate / 2);
  const length = Math.round(seconds * rate);
  const pcm = Buffer.alloc((length + 2 * half) * channels * 2);
  for (let at = 0; at < length; at += 1) {
    const value = Math.round(6_000 * Math.sin((2 * Math.PI * SPOKEN.frequency * at) / rate));
    for (let channel = 0; channel < channels; channel += 1) {
      pcm.writeInt16LE(value, ((half + at) * channels + channel) * 2);
    }
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(size ?? 36 + pcm.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(size ?? pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

const say = (bytes) => process.stdout.write(bytes);

switch (what) {
  case 'speak':
    say(wav(JSON.parse(rest[0] ?? '{}')));
    break;
  case 'note': {
    const [file, ...told] = rest;
    const { CORA_LANGUAGE, CORA_VOICE, TOKEN_SECRET, TURN_SECRET, PATH } = process.env;
    const input = await text(process.stdin);
    writeFileSync(
      file,
      JSON.stringify({ told, CORA_LANGUAGE, CORA_VOICE, TOKEN_SECRET, TURN_SECRET, PATH, input }),
    );
    say(wav());
    break;
  }
  case 'fail':
    say(wav());
    process.exitCode = 3;
    break;
  case 'mumble':
    say('no sound');
    break;
  case 'keepSilent':
    say(wav({ seconds: 0 }));
    break;
  case 'talkOn': {
    const piece = Buffer.alloc(1_000_000);
    const more = () => process.stdout.write(piece, more);
    more();
    break;
  }
}

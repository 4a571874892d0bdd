import { readFile } from 'node:fs/promises';
import { HarborError } from '../errors.ts';

const places = ['/bin/busybox', '/usr/bin/busybox', '/bin/busybox.static'];

/** A busybox that needs no libraries, to build an image from scratch around. */
export async function staticBusybox(): Promise<Uint8Array> {
  for (const place of places) {
    const binary = await readFile(place).catch(() => undefined);
    if (binary && isStatic(binary)) return binary;
  }
  throw new HarborError('the demo needs a statically linked busybox, and there is none', {
    code: 'tool-missing',
    hint: 'On Debian and Ubuntu: apt-get install busybox-static',
  });
}

const interpreterSegment = 3;

/** Whether a 64-bit little-endian ELF file asks for no dynamic linker. Source: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html */
function isStatic(binary: Buffer): boolean {
  if (binary.length < 64 || binary.readUInt32BE(0) !== 0x7f454c46 || binary[4] !== 2) return false;
  const start = Number(binary.readBigUInt64LE(32));
  const size = binary.readUInt16LE(54);
  const count = binary.readUInt16LE(56);
  return !Array.from({ length: count }, (_, index) => binary.readUInt32LE(start + index * size)).includes(
    interpreterSegment,
  );
}

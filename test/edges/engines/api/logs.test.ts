import { expect, test } from 'vitest';
import { demultiplex } from '../../../../src/edges/engines/api/logs.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('stdout and stderr come out in the order in which they were written', () => {
  const stream = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, 'thrée\n')]);
  expect(demultiplex(stream).toString()).toBe('one\ntwo\nthrée\n');
});

test('a stream that was cut in a frame or a header gives what is there', () => {
  const stream = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')]);
  expect(demultiplex(stream.subarray(0, -2)).toString()).toBe('one\ntw');
  expect(demultiplex(stream.subarray(0, 15)).toString()).toBe('one\n');
});

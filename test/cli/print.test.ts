import { expect, test } from 'vitest';
import { bad, strong } from '../../src/cli/line.ts';
import { createPrinter, type Output } from '../../src/cli/print.ts';

function paper(options: { isTTY?: boolean; columns?: number } = {}) {
  let text = '';
  let fail: (error: Error) => void = () => undefined;
  const output: Output = {
    ...options,
    write: (more) => {
      text += more;
    },
    on: (_event, listener) => {
      fail = listener;
    },
  };
  return { output, text: () => text, fail: (code: string) => fail(Object.assign(new Error(code), { code })) };
}

function printer({ isTTY = false, columns = 20, colours = undefined as boolean | undefined } = {}) {
  const stdout = paper({ isTTY, columns });
  const stderr = paper({ isTTY, columns });
  return { stdout, stderr, print: createPrinter({ stdout: stdout.output, stderr: stderr.output, colours }) };
}

test('only our own colours reach a terminal', () => {
  const { print, stdout } = printer({ isTTY: true });
  print.lines([[bad('no\u001b[0m'), ' ', strong('x\u009b2J')]]);
  expect(stdout.text()).toBe('\u001b[31m\u001b[1mno\\u001b[0m\u001b[22m\u001b[39m \u001b[1mx\\u009b2J\u001b[22m\n');
});

test('JSON stays JSON when what could act on a terminal is spelled out', () => {
  const { print, stdout } = printer();
  const value = { text: 'a\u001b\u007f\u009b\u202e\u2028\n\t"b' };
  print.json(value);
  expect(JSON.parse(stdout.text())).toEqual(value);
  print.jsonLine(value);
  expect(stdout.text().split('\n')).toHaveLength(5);
  expect(stdout.text()).not.toMatch(/[\u001b\u007f\u009b\u202e\u2028]/);
});

test('the bottom line of a terminal makes room for what stays, and is never wider than the terminal', () => {
  const { print, stderr } = printer({ isTTY: true, columns: 10, colours: false });
  print.busy('working, 12 seconds');
  print.note('step');
  print.busy(undefined);
  expect(stderr.text()).toBe('working, \r\u001b[Kstep\nworking, \r\u001b[K');
});

test('elsewhere than on a terminal there is no bottom line', () => {
  const { print, stderr } = printer();
  print.busy('working');
  print.busy(undefined);
  expect(stderr.text()).toBe('');
});

test('when nobody reads any more, that is no error, and the rest is not written', () => {
  const { print, stdout, stderr } = printer();
  stdout.fail('EPIPE');
  stderr.fail('EPIPE');
  print.lines(['more']);
  expect([stdout.text(), print.closed.aborted]).toEqual(['', true]);
  expect(() => stdout.fail('EIO')).toThrow('EIO');
});

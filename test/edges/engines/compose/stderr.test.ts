import { expect, test } from 'vitest';
import { complaint, unsetVariables, withoutFolder } from '../../../../src/edges/engines/compose/stderr.ts';

const unset = (name: string) =>
  `time="2026-11-21T01:13:32Z" level=warning msg="The \\"${name}\\" variable is not set. Defaulting to a blank string."`;

test('variables that are not set are found, each once', () => {
  const stderr = [unset('TAG'), unset('NAME'), unset('TAG'), 'time="x" level=warning msg="`version` is obsolete"'].join(
    '\n',
  );
  expect(unsetVariables(stderr)).toEqual(['TAG', 'NAME']);
});

test('newer versions write the same without escaping', () => {
  expect(
    unsetVariables('time="x" level=warning msg=\'The "TAG" variable is not set. Defaulting to a blank string.\''),
  ).toEqual(['TAG']);
});

test('a home directory that nobody declared counts as a variable that is not set', () => {
  expect(
    unsetVariables('time="x" level=warning msg="cannot expand \'~\', because the environment lacks HOME"'),
  ).toEqual(['HOME']);
});

test('a complaint is what is left without warnings, progress and colours', () => {
  const stderr = `${unset('TAG')}\n Container shop-web-1  Creating\n\u001b[31mError response from daemon: no\u001b[0m\n`;
  expect(complaint(stderr)).toBe('Error response from daemon: no');
});

test('a complaint over several lines stays whole, and so does one from the logger', () => {
  expect(complaint('yaml: unmarshal errors:\n  line 3: key "a" already set\n')).toBe(
    'yaml: unmarshal errors:\n  line 3: key "a" already set',
  );
  expect(complaint('time="x" level=fatal msg="not \\"good\\""')).toBe('not "good"');
});

test('a line of an env file is not quoted: passwords are in such lines', () => {
  expect(complaint('failed to read .env: line 3: unterminated quoted value "hunter2\n')).toBe(
    'failed to read .env: line 3: unterminated quoted value',
  );
  expect(
    complaint('failed to read .env: line 1: unexpected character "$" in variable name near "root$6:hunter2"'),
  ).toBe('failed to read .env: line 1: unexpected character "$" in variable name');
});

test.each([
  ['validating /tmp/s1/shop/compose.yaml: no', 'validating compose.yaml: no'],
  ['stat /tmp/s1/shop/conf/a.env: no such file', 'stat conf/a.env: no such file'],
  ['env file /tmp/s1/common.env not found', 'env file ../common.env not found'],
  ['open /etc/shadow: permission denied', 'open /etc/shadow: permission denied'],
  ['open /tmp/s10/x: permission denied', 'open /tmp/s10/x: permission denied'],
  ['in "/tmp/s1/shop"', 'in "."'],
])('%s', (text, shown) => {
  expect(withoutFolder(text, '/tmp/s1/shop')).toBe(shown);
});

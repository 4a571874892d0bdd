import { describe, expect, test } from 'vitest';
import { partsOf } from '../../src/config/interpolate.ts';
import { reveal } from '../../src/model/secret.ts';
import { loadApp, problems } from './rig.ts';

describe('references', () => {
  test.each([
    ['plain', ['plain']],
    ['', []],
    ['$5 and $HOME', ['$5 and $HOME']],
    ['a$$b $${X}', ['a', '$', 'b ', '$', '{X}']],
    ['${A}', [{ kind: 'variable', name: 'A', fallback: undefined }]],
    ['x${A:-}y', ['x', { kind: 'variable', name: 'A', fallback: '' }, 'y']],
    ['${A:-b:-c $d}', [{ kind: 'variable', name: 'A', fallback: 'b:-c $d' }]],
    ['${file:a b/c}', [{ kind: 'file', path: 'a b/c' }]],
    ['${file}', [{ kind: 'variable', name: 'file', fallback: undefined }]],
  ])('%s', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  test.each(['${', '${}', '${A', '${A B}', '${1A}', '${A:?gone}', '${A-b}', '${file:}', '${A:-${B}}x${'])(
    '%s is not understood',
    (text) => {
      expect(partsOf(text)).toBeUndefined();
    },
  );
});

const value = async (text: string, environment: Record<string, string>): Promise<string> =>
  reveal((await loadApp(`environment: {V: ${JSON.stringify(text)}}`, { environment })).environment['V'] ?? 'none');

test('an empty variable is a value, unless there is a default', async () => {
  expect(await value('<${A}>', { A: '' })).toBe('<>');
  expect(await value('<${A:-b}>', { A: '' })).toBe('<b>');
  expect(await value('<${A:-b}>', { A: 'a' })).toBe('<a>');
});

test('what is put in is not looked through again', async () => {
  expect(await value('${A}', { A: '${B} $$ ${file:/etc/hostname}' })).toBe('${B} $$ ${file:/etc/hostname}');
});

test('names of JavaScript are no variables', async () => {
  expect(await problems('apps: {web: {url: https://a.example/x.git, branch: "${toString}"}}')).toContain(
    'the variable toString, which is not set',
  );
});

test.each([
  ['${GONE}', 'reads the variable GONE, which is not set; set it, or write ${GONE:-default}'],
  ['${file:gone}', 'reads the file gone, which does not exist'],
  ['${file:.}', 'which is not a regular file'],
  [
    '${A:?x}',
    'holds a "${" that is not understood; write ${NAME}, ${NAME:-default} or ${file:path}, or $${ for the text itself',
  ],
])('%s says what is wrong with it', async (text, said) => {
  const message = await problems(
    `apps:\n  web:\n    url: https://a.example/x.git\n    environment:\n      A: "${text}"\n`,
  );
  expect(message).toMatch(/^harbormaster\.yml:5:10: apps\.web\.environment\.A: /);
  expect(message).toContain(said);
});

test('numbers and truth values cannot come from a variable, and it is said without the value', async () => {
  expect(await problems('config: {keep_releases: "${N}"}\napps: {}', { environment: { N: '4711' } })).toBe(
    'harbormaster.yml:1:10: config.keep_releases: must be a whole number from 1 to 1000',
  );
});

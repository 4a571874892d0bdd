import { describe, expect, test } from 'vitest';
import { parseCompose } from '../../src/core/compose-yaml.ts';

const parse = (text: string) => parseCompose('compose.yaml', text);

const levels = (count: number, line: (level: number) => string) =>
  Array.from({ length: count }, (_, level) => line(level)).join('\n');

test('a file is all its documents', () => {
  expect(parse('a: 1\n---\nb: 2')).toEqual([{ a: 1 }, { b: 2 }]);
});

test('merge keys are followed, as Compose follows them', () => {
  expect(parse('x: &x { a: 1, b: 2 }\ny: { <<: *x, b: 3 }')).toMatchObject([{ y: { a: 1, b: 3 } }]);
});

test.each([
  ['broken YAML', 'services: { web: ['],
  ['a bad second document', 'services: {}\n---\na: b: c'],
  ['an alias to nothing', 'services: *nope'],
  ['nothing', ''],
])('%s has no documents, because Compose will say so', (_, text) => {
  expect(parse(text)).toEqual([]);
});

describe('a file that was made to do harm is refused at once', () => {
  test.each([
    [
      'aliases that multiply each other',
      `a0: &a0 [x, x]\n${levels(9, (n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`)}`,
    ],
    [
      'merge keys that multiply each other',
      `a0: &a0 { k: v }\n${levels(24, (n) => `a${n + 1}: &a${n + 1} { <<: [*a${n}, *a${n}] }`)}`,
    ],
    ['a merge of itself', 'a: &a { <<: *a }'],
    ['thousands of aliases', levels(5_000, (n) => `a${n}: &a${n} x\nb${n}: *a${n}`)],
    ['lists in lists', '['.repeat(1_000_000)],
    ['lists in lists that are closed', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['maps in maps', '{a: '.repeat(250_000)],
    ['dashes behind dashes', '- '.repeat(500_000)],
    ['keys of keys', '? '.repeat(500_000)],
    ['blocks in blocks', levels(600, (n) => `${' '.repeat(n)}a:`)],
    ['text that only Compose would decode', 'services: { web: { env_file: !!binary L2V0Yy9wYXNzd2Q= } }'],
  ])('%s', (_, text) => {
    const begun = performance.now();
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'compose-refused' }));
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  test.each([
    ['closing brackets', ']'.repeat(100_000)],
    ['quotes', '"'.repeat(30_000)],
    ['commas', `[${','.repeat(30_000)}`],
    ['anchors', '&a '.repeat(20_000)],
    ['directives', '%\n'.repeat(20_000)],
  ])('a file of nothing but %s ends soon', (_, text) => {
    // The processor's time, not the clock's: a busy machine proves nothing.
    const begun = process.cpuUsage();
    expect(parse(text)).toEqual([]);
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(30_000);
  });
});

test('a file for people is none of these: eighty services share an anchor, and text may be full of brackets', () => {
  const services = levels(80, (n) => `  s${n}: { logging: *log, command: "[[[[[[[[[[" }`);
  const [content] = parse(`x-log: &log { driver: json-file }\nservices:\n${services}\n# ${'['.repeat(500)}\n`);
  expect(content).toMatchObject({ services: { s79: { logging: { driver: 'json-file' } } } });
  expect(parse(`a: |\n  ${'['.repeat(500)}\nb: "${'{'.repeat(500)}"`)).toHaveLength(1);
  expect(parse(levels(5_000, () => '- a'))).toHaveLength(1);
});

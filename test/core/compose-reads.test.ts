import { describe, expect, test } from 'vitest';
import { type ComposeFile, readsOf } from '../../src/core/compose-reads.ts';
import { parseCompose } from '../../src/core/compose-yaml.ts';

const file = (text: string, more: Partial<ComposeFile> = {}): ComposeFile => ({
  path: 'deploy/compose.yaml',
  directory: 'deploy',
  documents: parseCompose('deploy/compose.yaml', text),
  ...more,
});

/** `kind path (directory) [env files]` */
const reads = (text: string, variables: Record<string, string> = {}): readonly string[] =>
  readsOf(file(text), variables).map(
    ({ kind, path, directory, envFiles }) =>
      `${kind} ${path} (${directory})${envFiles.length > 0 ? ` [${envFiles.join(', ')}]` : ''}`,
  );

const refusal = (message: string | RegExp) =>
  expect.objectContaining({ code: 'compose-refused', message: expect.stringMatching(message) });

describe('includes', () => {
  test('a short one starts from its own folder, and from the .env there', () => {
    expect(reads('include: [db/compose.yaml]')).toEqual([
      'compose deploy/db/compose.yaml (deploy/db) [deploy/db/.env]',
      'env deploy/db/.env (deploy/db)',
    ]);
    expect(reads('include: ../shared/compose.yaml')).toEqual([
      'compose shared/compose.yaml (shared) [shared/.env]',
      'env shared/.env (shared)',
    ]);
  });

  test('a long one says where it starts from', () => {
    expect(
      reads('include:\n- {path: db/compose.yaml, project_directory: data, env_file: [db/a.env, db/b.env]}'),
    ).toEqual([
      'compose deploy/db/compose.yaml (deploy/data) [deploy/db/a.env, deploy/db/b.env]',
      'env deploy/db/a.env (deploy/data)',
      'env deploy/db/b.env (deploy/data)',
    ]);
  });

  test('the first of several paths gives the folder, the others override it', () => {
    expect(reads('include:\n- path: [db/compose.yaml, prod.yaml]')).toEqual([
      'compose deploy/db/compose.yaml (deploy/db) [deploy/db/.env]',
      'compose deploy/prod.yaml (deploy/db) [deploy/db/.env]',
      'env deploy/db/.env (deploy/db)',
    ]);
  });
});

describe('services', () => {
  const web = (definition: string) => `services: { web: ${definition} }`;

  test.each([
    [
      'an extended file',
      '{ extends: { file: base/common.yaml, service: app } }',
      ['compose deploy/base/common.yaml (deploy/base)'],
    ],
    ['an extended service of the same file', '{ extends: { service: app } }', []],
    ['an extended service by its name alone', '{ extends: app }', []],
    ['one env file', '{ env_file: web.env }', ['env deploy/web.env (deploy)']],
    ['a list of env files', '{ env_file: [a.env, ../b.env] }', ['env deploy/a.env (deploy)', 'env b.env (deploy)']],
    [
      'env files in long form',
      '{ env_file: [{ path: a.env, required: false }, b.env] }',
      ['env deploy/a.env (deploy)', 'env deploy/b.env (deploy)'],
    ],
    ['label files', '{ label_file: [a.labels] }', ['env deploy/a.labels (deploy)']],
    ['nothing of what only the engine reads', '{ build: ./ctx, volumes: ["./x:/x"], configs: [c] }', []],
  ])('%s', (_, definition, expected) => {
    expect(reads(web(definition))).toEqual(expected);
  });

  test('what anchors and merge keys bring in counts', () => {
    const text = 'x-base: &base { env_file: base.env }\nservices:\n  web: { <<: *base }\n  api: { <<: [*base] }';
    expect(reads(text)).toEqual(['env deploy/base.env (deploy)', 'env deploy/base.env (deploy)']);
  });

  test('what the tags of Compose stand on counts', () => {
    expect(reads('services: { web: { env_file: !override [a.env], image: !reset null } }')).toEqual([
      'env deploy/a.env (deploy)',
    ]);
  });

  test('every document of a file counts, because Compose merges them', () => {
    expect(reads('services: { a: { env_file: a.env } }\n---\nservices: { b: { env_file: b.env } }\n')).toEqual([
      'env deploy/a.env (deploy)',
      'env deploy/b.env (deploy)',
    ]);
  });

  test('variables are replaced', () => {
    expect(reads(web('{ env_file: "${STAGE:-dev}.env" }'))).toEqual(['env deploy/dev.env (deploy)']);
    expect(reads(web('{ env_file: "${STAGE:-dev}.env" }'), { STAGE: 'prod' })).toEqual([
      'env deploy/prod.env (deploy)',
    ]);
  });
});

describe('a path to another machine is refused', () => {
  test.each([
    'https://example.org/compose.yaml',
    'http://example.org/compose.yaml',
    'HTTPS://example.org/compose.yaml',
    'git@github.com:acme/base.git',
    'deploy@example.org:base.git',
    'ssh://git@example.org/base.git',
    'git://example.org/base.git',
    'github.com/acme/base',
    'oci://example.org/base:1',
    's3://bucket/base',
  ])('%s', (path) => {
    expect(() => reads(`include: ["${path}"]`)).toThrow(refusal('include names another machine'));
    expect(() => reads(`include: [{ path: [own.yaml, "${path}"] }]`)).toThrow(refusal('include.path names another'));
    expect(() => reads(`services: { web: { extends: { file: "${path}", service: x } } }`)).toThrow(
      refusal('extends.file names another machine'),
    );
  });

  test('and the refusal does not repeat its credentials', () => {
    expect(() => reads('include: ["https://user:hunter2@example.org/x.yaml"]')).toThrow(
      refusal(/^(?!.*hunter2).*example\.org/),
    );
  });
});

describe('a path that leads out of the repository is refused', () => {
  test.each([
    ['absolute', '/etc/passwd'],
    ['escaping', '../../etc/passwd'],
    ['escaping in the middle', 'a/../../../etc/passwd'],
    ['in somebody’s home', '~/secrets.env'],
    ['in a default', '${NOPE:-/etc/passwd}'],
    ['in a default of a default', '${NOPE:-${ALSO:-/etc/passwd}}'],
    ['in an alternative', '${SET:+/etc/passwd}'],
    ['in a variable', '$HOST_FILE'],
  ])('%s', (_, path) => {
    const variables = { SET: 'yes', HOST_FILE: '/etc/passwd' };
    expect(() => reads(`services: { web: { env_file: '${path}' } }`, variables)).toThrow(
      refusal(/^deploy\/compose\.yaml: env_file leads out of the repository/),
    );
  });

  test('wherever it stands', () => {
    for (const [text, key] of [
      ['include: [/x.yaml]', 'include'],
      ['include: [{ path: x.yaml, project_directory: /x }]', 'include.project_directory'],
      ['include: [{ path: x.yaml, env_file: /x.env }]', 'include.env_file'],
      ['services: { web: { extends: { file: /x.yaml } } }', 'extends.file'],
      ['services: { web: { env_file: [{ path: /x.env }] } }', 'env_file'],
      ['services: { web: { label_file: /x } }', 'label_file'],
      ['a: 1\n---\nservices: { web: { env_file: /x } }', 'env_file'],
    ] as const) {
      expect(() => reads(text)).toThrow(refusal(`${key} leads out of the repository`));
    }
  });

  test('also one that is longer than any path can be', () => {
    expect(() => reads('services: { web: { env_file: "$LONG" } }', { LONG: 'x'.repeat(4_097) })).toThrow(
      refusal(/^deploy\/compose\.yaml: env_file names a path of more than 4096 characters$/),
    );
  });

  test('the top of the repository is still inside', () => {
    expect(reads('services: { web: { env_file: ../top.env } }')).toEqual(['env top.env (deploy)']);
    expect(readsOf(file('include: [a.yaml]', { path: 'compose.yaml', directory: '.' }), {})[0]?.path).toBe('a.yaml');
    expect(() => readsOf(file('include: [../a.yaml]', { path: 'compose.yaml', directory: '.' }), {})).toThrow();
  });
});

describe('what is no compose file names nothing, because Compose will say so', () => {
  test.each([
    ['nothing', ''],
    ['a comment', '# later'],
    ['broken YAML', 'services: { web: ['],
    ['YAML with a bad document', 'services: {}\n---\na: b: c'],
    ['a list', '- a'],
    ['a text', 'services'],
    ['services that are a list', 'services: [web]'],
    ['a service that is a text', 'services: { web: nginx }'],
    ['an include that is a number', 'include: 3'],
    ['an env_file that is a number', 'services: { web: { env_file: 3 } }'],
    ['an alias to nothing', 'services: *nope'],
  ])('%s', (_, text) => {
    expect(reads(text)).toEqual([]);
  });
});

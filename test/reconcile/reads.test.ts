import { describe, expect, test } from 'vitest';
import { readsOfApp } from '../../src/reconcile/reads.ts';
import { app, blob, revision } from '../support/builders.ts';
import { FakeSource } from '../support/fakes.ts';

type Files = Readonly<Record<string, string>>;

function reads(files: Files, environment: Files = {}, path = '.') {
  const source = new FakeSource();
  source.files = files;
  return readsOfApp(app({ path }), revision(), environment, {
    objects: async (_repository, _commit, paths) =>
      new Map(paths.map((each) => [each, files[each] === undefined ? undefined : blob(each)])),
    read: (repository, commit, file, limit) => source.read(repository, commit, file, limit),
  });
}

const present = async (...given: Parameters<typeof reads>) =>
  [...(await reads(...given)).objects].filter(([, object]) => object !== undefined).map(([path]) => path);

describe('what a rendering reads', () => {
  test('is followed through includes, extended files and env files', async () => {
    const files = {
      'compose.yaml':
        'include: [db/compose.yaml]\nservices: { web: { extends: { file: base/web.yaml, service: web } } }',
      'db/compose.yaml': 'services: { db: { env_file: db.env } }',
      'db/db.env': '',
      'base/web.yaml': 'services: { web: { env_file: ../web.env } }',
      'web.env': '',
      'unrelated.env': '',
    };
    expect((await present(files)).sort()).toEqual(
      Object.keys(files)
        .filter((path) => path !== 'unrelated.env')
        .sort(),
    );
  });

  test('counts what does not exist but would matter if it came', async () => {
    const { objects } = await reads({ 'compose.yml': 'include: [db/compose.yaml]' });
    for (const path of ['compose.yaml', 'compose.override.yml', '.env', 'db/compose.yaml', 'db/.env']) {
      expect(objects.has(path)).toBe(true);
    }
  });

  test('takes variables from .env, which may refer to each other; the environment beats them', async () => {
    const files = {
      '.env': 'DIR=stage\nFILE=${DIR}/web.env',
      'compose.yaml': 'services: { web: { env_file: "${FILE}" } }',
      'stage/web.env': '',
      'prod/web.env': '',
    };
    expect(await present(files)).toContain('stage/web.env');
    expect(await present(files, { DIR: 'prod' })).toContain('prod/web.env');
    expect(await present(files, { FILE: 'prod/web.env' })).toContain('prod/web.env');
    expect((await reads(files, { FILE: 'x' })).variables).toEqual({ DIR: 'stage', FILE: 'x' });
  });

  test('an included file has the variables of the .env beside it too', async () => {
    const files = {
      'compose.yaml': 'include: [db/compose.yaml]\nservices: { web: { env_file: "${STAGE:-none}.env" } }',
      'db/.env': 'STAGE=prod',
      'db/compose.yaml': 'services: { db: { env_file: "${STAGE}.env" } }',
      'db/prod.env': '',
      'none.env': '',
    };
    expect(await present(files)).toEqual(expect.arrayContaining(['db/prod.env', 'none.env']));
  });

  test('may go in a circle, and ends', async () => {
    const files = { 'compose.yaml': 'include: [a.yaml]', 'a.yaml': 'include: [b.yaml]', 'b.yaml': 'include: [a.yaml]' };
    expect(await present(files)).toEqual(expect.arrayContaining(Object.keys(files)));
  });
});

describe('a rendering is refused before anything reads it', () => {
  test('that would read a path of the host, by way of an included .env', async () => {
    const files = {
      'compose.yaml': 'include: [db/compose.yaml]',
      'db/.env': 'FILE=/etc/passwd',
      'db/compose.yaml': 'services: { db: { env_file: "$FILE" } }',
    };
    await expect(reads(files)).rejects.toMatchObject({ code: 'compose-refused' });
  });

  test('that would read a file of a size which no person writes, whose end nobody has checked', async () => {
    const long = `${'#'.repeat(300_000)}\nservices: { db: { env_file: /etc/passwd } }`;
    await expect(reads({ 'compose.yaml': long })).rejects.toMatchObject({
      code: 'tree-refused',
      message: '"compose.yaml" in the repository is larger than 262144 bytes',
    });
  });

  test('that would read hundreds of files', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `${index}.yaml`);
    await expect(reads({ 'compose.yaml': `include: [${names.join(', ')}]` })).rejects.toMatchObject({
      code: 'compose-refused',
      message: 'rendering would read more than 200 files',
    });
  });

  test('that would read megabytes, also where they are the same ones again and again', async () => {
    const compose = (times: number) =>
      `include: [{ path: a.yaml, env_file: [${Array(times).fill('big.env').join(', ')}] }]`;
    const files = { 'a.yaml': 'services: {}', 'big.env': `# ${'x'.repeat(200_000)}\n` };
    await expect(reads({ ...files, 'compose.yaml': compose(4) })).resolves.toBeDefined();
    await expect(reads({ ...files, 'compose.yaml': compose(20_000) })).rejects.toMatchObject({
      code: 'compose-refused',
      message: 'rendering would read more than 2 MiB of compose and env files',
    });
    await expect(reads({ ...files, 'big.env': '', 'compose.yaml': compose(20_000) })).rejects.toMatchObject({
      code: 'compose-refused',
    });
  });

  test('whose variables double each other until no memory holds them', async () => {
    const doubling = Array.from({ length: 60 }, (_, at) => `A${at + 1}=$A${at}$A${at}\n`).join('');
    const files = { 'compose.yaml': 'services: {}', '.env': `A0=0123456789\n${doubling}` };
    await expect(reads(files)).rejects.toMatchObject({
      code: 'compose-refused',
      message: 'variables make a value longer by more than 131072 characters',
    });
  });
});

test('an app without a compose file says where it was looked for', async () => {
  await expect(reads({}, {}, 'apps/shop')).rejects.toMatchObject({
    code: 'compose-missing',
    message: expect.stringContaining('there is no compose file in folder apps/shop of https://git.example.org'),
  });
});

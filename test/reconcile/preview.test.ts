import { expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const other = 'b'.repeat(40);

/** An app that was deployed; the branch `fix` is at another commit, which declares another image. */
async function deployed(more: Partial<App> = {}) {
  const harbor = await testHarbor({ apps: [testApp(more)] });
  await harbor.pass();
  const { source, engine } = harbor;
  const main = source.commit;
  const look = source.look.bind(source);
  source.look = async (apps) => {
    const [app] = apps;
    if (app?.ref.kind === 'branch' && app.ref.name === 'main') return look(apps);
    const found = app?.ref.kind === 'branch' && app.ref.name === 'fix' ? other : undefined;
    const missing = new HarborError('there is none', { code: 'ref-missing', hint: 'The nearest: "fix".' });
    return new Map(apps.map(({ name }) => [name, found ?? missing]));
  };
  const objects = source.objects.bind(source);
  source.objects = async (repository, commit, paths) => {
    source.files['compose.yaml'] = commit;
    engine.model = { name: '', services: { web: { image: commit === other ? 'web:2' : 'web:1' } } };
    return objects(repository, commit, paths);
  };
  return { ...harbor, main, preview: (ref: string, apps = ['shop']) => harbor.harbor().preview(apps, ref) };
}

test('what would come of a branch is told, and nothing is remembered, written or done', async () => {
  const shop = await deployed();
  const before = { entries: shop.log.written.length, acts: [...shop.engine.performed] };
  const status = async () => (await shop.harbor().status(['shop'])).apps[0]?.source;
  const source = await status();
  expect(await shop.preview('fix')).toMatchObject([
    {
      kind: 'planned',
      preview: { ref: 'fix' },
      revision: { commit: other, ref: 'fix' },
      changes: [{ kind: 'replace', cause: { kind: 'image' } }],
    },
  ]);
  expect(await shop.preview(other)).toMatchObject([{ revision: { commit: other }, changes: [{ kind: 'replace' }] }]);
  expect(await shop.preview('main')).toMatchObject([{ revision: { commit: shop.main }, plan: { steps: [] } }]);
  expect({ entries: shop.log.written.length, acts: shop.engine.performed }).toEqual(before);
  expect(await status()).toEqual(source);
  expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(await shop.plan()).toMatchObject([{ plan: { steps: [] } }]);
});

test('a ref that is none is told with a way on; an abbreviated commit is not guessed at', async () => {
  const shop = await deployed();
  expect(await shop.preview('fox')).toMatchObject([
    {
      kind: 'failed',
      code: 'ref-missing',
      message: expect.stringContaining('no branch and no tag "fox"'),
      hint: expect.stringContaining('fix'),
    },
  ]);
  expect(await shop.preview('bbbbbbbb')).toMatchObject([
    { kind: 'failed', hint: expect.stringContaining('40 characters') },
  ]);
});

test('what is not signed is looked at all the same, and told as denied', async () => {
  const verify = {
    mode: 'head',
    allowedSigners: { file: '/etc/harbormaster/allowed_signers', digest: 'd' },
    descendantsOnly: true,
  } as const;
  const shop = await deployed({ verify });
  expect(await shop.preview('fix')).toMatchObject([
    {
      kind: 'planned',
      verdicts: [{ gate: 'signature', ruling: 'allow', reason: expect.stringContaining('ada@example.org') }],
    },
  ]);
  shop.source.proven = { follows: true, signature: { kind: 'none' } };
  expect(await shop.preview('fix')).toMatchObject([
    {
      kind: 'planned',
      changes: [{ kind: 'replace' }],
      verdicts: [{ gate: 'signature', ruling: 'deny', reason: expect.stringContaining('has no signature') }],
    },
  ]);
});

test('a ref belongs to one repository: of several, the apps must be named', async () => {
  const twin = testApp({
    name: 'mail',
    project: 'mail',
    repository: { ...testApp().repository, id: 'm', url: 'https://git.example.org/mail.git' },
  });
  const harbor = await testHarbor({ apps: [testApp(), twin] });
  await expect(harbor.harbor().preview([], 'main')).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('--ref main APP'),
  });
  await expect(harbor.harbor().preview(['none'], 'main')).rejects.toMatchObject({ code: 'app-unknown' });
  expect(await harbor.harbor().preview(['mail'], 'main')).toMatchObject([{ app: 'mail', kind: 'planned' }]);
});

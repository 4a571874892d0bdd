import { expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import { harbormaster } from './rig.ts';

const failing = { harbor: { plan: async () => Promise.reject(new HarborError('enough', { code: 'usage' })) } };

const fromOf = async (command: string, environment: Readonly<Record<string, string>> = {}) => {
  const { invocations, stderr } = await harbormaster(command, { ...failing, environment });
  return invocations[0] ?? stderr;
};

const url = 'https://git.example.com/hosts.git';

test('a repository comes from options, or from the environment; files are meant from here', async () => {
  expect(await fromOf(`plan --config-repo ${url} --config-branch next --config-token-file token`)).toMatchObject({
    from: {
      values: { url, branch: 'next', token_file: '/srv/token' },
      names: { url: '--config-repo', branch: '--config-branch' },
      ownIsChosen: false,
    },
    configFile: '/etc/harbormaster/harbormaster.yml',
  });
  expect(
    await fromOf('plan --config own.yml --config-tag ^1', {
      HARBORMASTER_CONFIG_REPO: url,
      HARBORMASTER_CONFIG_TAG: 'v0',
      HARBORMASTER_CONFIG_SSH_KEY: '/keys/deploy',
    }),
  ).toMatchObject({
    from: {
      values: { url, tag: '^1', ssh_key: '/keys/deploy' },
      names: { url: 'HARBORMASTER_CONFIG_REPO', tag: '--config-tag', ssh_key: 'HARBORMASTER_CONFIG_SSH_KEY' },
      ownIsChosen: true,
    },
    configFile: '/srv/own.yml',
  });
  expect(await fromOf('plan')).toMatchObject({ from: undefined });
});

test('what says something of a repository that nobody names is refused by its name', async () => {
  expect(await fromOf('plan --config-path hosts.yml')).toContain(
    '--config-path says something of a repository that nobody names',
  );
  expect(await fromOf('plan', { HARBORMASTER_CONFIG_BRANCH: 'main' })).toContain('HARBORMASTER_CONFIG_BRANCH says');
});

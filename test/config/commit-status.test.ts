import { describe, expect, test } from 'vitest';
import { load, problems } from './rig.ts';

const text = (lines: string): string => `commit_status:\n  - ${lines.split('\n').join('\n    ')}\napps: {}\n`;

test('a forge with its token from a file, and all that is derived', async () => {
  const config = await load(text('forge: github\ntoken: ${file:secrets/token}'), {
    files: { 'secrets/token': 'ghp_s3cret\n' },
  });
  const [entry] = config.commitStatus;
  expect(entry).toMatchObject({
    kind: 'github',
    web: 'https://github.com',
    api: 'https://api.github.com',
    gitHosts: [],
    repositories: [],
    apps: [],
    context: 'harbormaster',
    targetUrl: undefined,
    limit: 10_000,
  });
  expect(entry?.token.reveal()).toBe('ghp_s3cret');
  expect(JSON.stringify(config.commitStatus)).not.toContain('s3cret');
  expect(config.secrets).toContain('ghp_s3cret');
});

test('a forge of one’s own, with everything said', async () => {
  const lines = `forge: forgejo
url: https://git.example.com/forge/
token: \${TOKEN}
git_hosts: [ssh.example.com]
repositories: [team/*]
apps: ["*"]
context: deploy
target_url: https://hm.example.com/{{host}}/{{ app }}?at={{commit}}
timeout: 3s`;
  expect((await load(text(lines), { environment: { TOKEN: 'abcdefgh' } })).commitStatus).toMatchObject([
    {
      api: 'https://git.example.com/forge/api/v1',
      gitHosts: ['ssh.example.com'],
      repositories: ['team/*'],
      apps: ['*'],
      context: 'deploy',
      targetUrl: 'https://hm.example.com/{{host}}/{{ app }}?at={{commit}}',
      limit: 3000,
    },
  ]);
});

describe('is refused, with the reason:', () => {
  test.each([
    ['forge: gitea\ntoken: ${TOKEN}', 'commit_status[0].url: is missing; it must be the address of your Gitea'],
    ['forge: bitbucket\ntoken: ${TOKEN}', 'must be one of github, gitlab, gitea, forgejo, not "bitbucket"'],
    ['forge: github', 'commit_status[0].token: is missing'],
    ['forge: github\ntoken: ""', 'commit_status[0].token: must not be empty'],
    ['forge: github\ntoken: ${TOKEN}\nurl: github.com', 'must be a URL that begins with https:// or http://'],
    ['forge: github\ntoken: ${TOKEN}\ncontext: a b', 'must be text without blanks, at most 60 characters, not "a b"'],
    [
      'forge: github\ntoken: ${TOKEN}\ntarget_url: https://x.example/{{nobody}}',
      'may hold only {{host}}, {{app}}, {{commit}}',
    ],
    ['forge: github\ntoken: ${TOKEN}\ntarget_url: "javascript:alert(1)"', 'must be a URL that begins with'],
    ['forge: github\ntoken: ${TOKEN}\napps: [shp]', 'must be the name of an app'],
    ['forge: github\ntoken: ${TOKEN}\ntimeout: 5m', 'must be at most 60s'],
    ['type: github\ntoken: ${TOKEN}', 'commit_status[0].forge: is missing'],
  ])('%s', async (lines, reason) => {
    expect(await problems(text(lines), { environment: { TOKEN: 'abcdefgh' } })).toContain(reason);
  });
});

test('a token that is written into the file is refused', async () => {
  expect(await problems(text('forge: github\ntoken: hunter2'))).toContain(
    'commit_status[0].token: must not be written here',
  );
});

test('a wrong token is never repeated in a message', async () => {
  expect(await problems(text('forge: github\ntoken: [hunter2]'))).not.toContain('hunter2');
});

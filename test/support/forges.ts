import { createHmac, randomUUID } from 'node:crypto';

/** What a forge sends: headers in its spelling, and the bytes that it signs. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Push {
  readonly secret: string;
  /** Where the forge's users clone from, without `.git`: `https://git.example.org/acme/shop`. */
  readonly repository: string;
  readonly delivery?: string;
  readonly event?: string;
}

const before = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';
const after = '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c';

const hex = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');

function partsOf(repository: string) {
  const { origin, hostname, pathname } = new URL(repository);
  const path = pathname.slice(1);
  const [owner = '', name = path] = path.includes('/') ? path.split('/') : ['acme', path];
  return { origin, path, owner, name, ssh: `git@${hostname}:${path}.git`, clone: `${repository}.git` };
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push, as JSON or as a form. */
export function githubPush(
  { secret, repository, delivery = randomUUID(), event = 'push' }: Push,
  { form = false }: { readonly form?: boolean } = {},
): Message {
  const { path, owner, name, ssh, clone } = partsOf(repository);
  const json = JSON.stringify({
    ...(event === 'ping'
      ? { zen: 'Keep it logically awesome.', hook_id: 30, hook: { type: 'Repository', id: 30 } }
      : {}),
    ref: 'refs/heads/main',
    before,
    after,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `${repository}/compare/6113728f27ae...0d1a26e67d8f`,
    commits: [
      {
        id: after,
        message: 'Change it',
        timestamp: '2026-01-01T12:00:00+01:00',
        added: [],
        removed: [],
        modified: ['compose.yaml'],
      },
    ],
    repository: {
      id: 186853002,
      name,
      full_name: path,
      private: true,
      owner: {
        name: owner,
        login: owner,
        url: `https://api.github.com/users/${owner}`,
        html_url: `https://github.com/${owner}`,
      },
      html_url: repository,
      url: repository,
      git_url: clone.replace(/^https?:/, 'git:'),
      ssh_url: ssh,
      clone_url: clone,
      svn_url: repository,
      homepage: 'https://elsewhere.example.com/acme/other',
      default_branch: 'main',
    },
    pusher: { name: 'ada', email: 'ada@example.org' },
    sender: { login: 'ada', id: 21031067, type: 'User' },
  });
  const body = form ? new URLSearchParams({ payload: json }).toString() : json;
  return {
    headers: {
      'User-Agent': 'GitHub-Hookshot/044aadd',
      'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      'X-GitHub-Delivery': delivery,
      'X-GitHub-Event': event,
      'X-GitHub-Hook-ID': '30',
      'X-Hub-Signature': 'sha1=0000000000000000000000000000000000000000',
      'X-Hub-Signature-256': `sha256=${hex(secret, body)}`,
    },
    body,
  };
}

/** https://docs.gitea.com/usage/repository/webhooks; Forgejo says everything under its own name, too. */
export function giteaPush(
  { secret, repository, delivery = randomUUID(), event = 'push' }: Push,
  { forgejo = false }: { readonly forgejo?: boolean } = {},
): Message {
  const { path, owner, name, ssh, clone } = partsOf(repository);
  const body = JSON.stringify(
    {
      ref: 'refs/heads/main',
      before,
      after,
      compare_url: `${repository}/compare/${before}...${after}`,
      commits: [{ id: after, message: 'Change it\n', url: `${repository}/commit/${after}` }],
      total_commits: 1,
      repository: {
        id: 140,
        owner: { id: 1, login: owner, username: owner },
        name,
        full_name: path,
        private: false,
        html_url: repository,
        ssh_url: ssh,
        clone_url: clone,
        website: '',
        default_branch: 'main',
      },
      pusher: { id: 1, login: 'ada', email: 'ada@example.org' },
      sender: { id: 1, login: 'ada', email: 'ada@example.org' },
    },
    undefined,
    2,
  );
  const signature = hex(secret, body);
  const told = (brand: string) => ({
    [`X-${brand}-Delivery`]: delivery,
    [`X-${brand}-Event`]: event,
    [`X-${brand}-Event-Type`]: event,
  });
  return {
    headers: {
      'Content-Type': 'application/json',
      ...told('GitHub'),
      ...told('Gogs'),
      ...told('Gitea'),
      ...(forgejo ? { ...told('Forgejo'), 'X-Forgejo-Signature': signature } : {}),
      'X-Gogs-Signature': signature,
      'X-Gitea-Signature': signature,
      'X-Hub-Signature-256': `sha256=${signature}`,
    },
    body,
  };
}

/** By https://www.standardwebhooks.com; `at` in seconds since 1970. */
export function standardHeaders(
  body: string,
  {
    secret,
    id = `msg_${randomUUID()}`,
    at,
  }: { readonly secret: string; readonly id?: string | undefined; readonly at: number },
): Readonly<Record<string, string>> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': `${at}`, 'webhook-signature': `v1,${signature}` };
}

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events; `hook`: what comes in X-Gitlab-Event; `signedAt`: with a signing token. */
export function gitlabPush(
  { secret, repository, delivery = randomUUID(), event = 'push' }: Push,
  { hook = 'Push Hook', signedAt }: { readonly hook?: string; readonly signedAt?: number } = {},
): Message {
  const { path, owner, name, ssh, clone } = partsOf(repository);
  const body = JSON.stringify({
    object_kind: event,
    event_name: event,
    before,
    after,
    ref: event === 'tag_push' ? 'refs/tags/v1.0.0' : 'refs/heads/main',
    checkout_sha: after,
    user_id: 4,
    user_name: 'Ada',
    user_username: 'ada',
    user_avatar: `https://s.gravatar.com/avatar/d4c74594d841139328695756648b6bd6?s=8://s.gravatar.com`,
    project_id: 15,
    project: {
      id: 15,
      name,
      description: '',
      web_url: repository,
      git_ssh_url: ssh,
      git_http_url: clone,
      namespace: owner,
      visibility_level: 0,
      path_with_namespace: path,
      default_branch: 'main',
      homepage: repository,
      url: ssh,
      ssh_url: ssh,
      http_url: clone,
    },
    commits: [
      { id: after, message: 'Change it', url: `${repository}/-/commit/${after}`, added: [], modified: [], removed: [] },
    ],
    total_commits_count: 1,
    repository: {
      name,
      url: ssh,
      description: '',
      homepage: repository,
      git_http_url: clone,
      git_ssh_url: ssh,
      visibility_level: 0,
    },
  });
  return {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'GitLab/18.5.0',
      'Idempotency-Key': delivery,
      'X-Gitlab-Event': hook,
      'X-Gitlab-Event-UUID': '13792a34-cac6-4fda-95a8-c58e00a3954e',
      'X-Gitlab-Webhook-UUID': '02affd2d-2cba-4033-917d-ec22d5dc4b38',
      'X-Gitlab-Instance': 'https://git.example.org',
      ...(signedAt === undefined
        ? { 'X-Gitlab-Token': secret }
        : standardHeaders(body, { secret, id: delivery, at: signedAt })),
    },
    body,
  };
}

export function signedPush(
  { secret, repository, delivery }: Pick<Push, 'secret' | 'repository' | 'delivery'>,
  at: number,
): Message {
  const body = JSON.stringify({ repository });
  return { headers: standardHeaders(body, { secret, id: delivery, at }), body };
}

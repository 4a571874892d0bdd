import type { Breaks } from './break.ts';

/** Who is told, what is seen, and what is never said. */
export const telling: Breaks = {
  'scenarios/outbox': [
    {
      tests: ['a failure while the webhook is away'],
      in: 'src/edges/outbox/lane.ts',
      from: 'if (refusals < patience) throw error;',
      to: '',
    },
  ],
  'scenarios/commit-status': [
    {
      tests: ['who pushes sees at each commit'],
      in: 'src/core/commit-status.ts',
      from: 'const why = overBecause(entry, newest);',
      to: 'const why = overBecause(entry, undefined);',
    },
  ],
  'scenarios/stale': [
    {
      tests: ['a Git server that is silent for too long'],
      in: 'src/reconcile/stale-watch.ts',
      from: 'config().apps.filter(isOverdue)',
      to: 'config().apps.slice(0, 0).filter(isOverdue)',
    },
  ],
  'scenarios/events': [
    {
      tests: ['who listens hears a deployment step by step'],
      in: 'src/api/event-stream.ts',
      from: 'let reached = after;',
      to: 'let reached = 0;',
    },
  ],
  'scenarios/metrics': [
    {
      tests: ['a daemon tells Prometheus'],
      in: 'src/reconcile/readiness.ts',
      from: 'config().troubles.length > 0 ?',
      to: 'config().troubles.length > 99 ?',
    },
    {
      tests: ['a daemon tells Prometheus'],
      in: 'src/reconcile/records.ts',
      from: 'throughAll(() => walk(what, reader)),',
      to: 'throughAll(async () => []),',
    },
  ],
  'scenarios/event-loop': [
    {
      tests: ['nothing blocks the event loop'],
      in: 'src/reconcile/looks.ts',
      from: 'const byRepository = new Map<string, App[]>();',
      to: 'const byRepository = new Map<string, App[]>();\n  for (const end = performance.now() + 15 * apps.length; performance.now() < end; );',
    },
  ],
  'scenarios/canaries': [
    {
      tests: ['no secret is in what leaves'],
      in: 'src/core/redact.ts',
      from: 'if (forms.length === 0) return undefined;',
      to: 'if (forms.length >= 0) return undefined;',
    },
  ],
  'scenarios/hostile': [
    {
      tests: ['a link that a container puts into its data folder'],
      in: 'src/policies/host-binds.ts',
      from: 'return !staysIn(ownPaths, path, real);',
      to: 'return !staysIn(ownPaths, path, (same) => same);',
    },
    {
      tests: ['cannot act on a terminal'],
      in: 'src/core/visible.ts',
      from: 'function spelled(character: string): string {',
      to: 'function spelled(character: string): string {\n  if (character) return character;',
      also: {
        in: 'src/edges/git/text.ts',
        from: "text.replace(unprintable, ' ').replace(/ +/g, ' ').trim()",
        to: 'text',
      },
    },
    {
      tests: ['acts on no terminal in what the daemon logs'],
      in: 'src/core/visible.ts',
      from: 'function spelled(character: string): string {',
      to: 'function spelled(character: string): string {\n  if (character) return character;',
    },
  ],
  'scenarios/concurrency': [
    {
      tests: ['while four deployments wait for health'],
      in: 'src/reconcile/deploy.ts',
      from: "const fetches = plan.steps.some(({ kind }) => kind === 'pull');",
      to: 'const fetches = plan.steps.length < 0;',
    },
    {
      tests: ['requests for one app queue up'],
      in: 'src/reconcile/app-passes.ts',
      from: 'full: (app, look, since, asked) =>\n      inTurn(app.project, async',
      to: 'full: (app, look, since, asked) =>\n      inTurn(`${app.project} ${performance.now()}`, async',
    },
  ],
  'scenarios/meanwhile': [
    {
      tests: ['what people and Git say while deployments wait'],
      in: 'src/reconcile/deploy.ts',
      from: 'context.inLane(cause.purpose, act, work.superseded)',
      to: 'context.inLane(cause.purpose, act, pass.signal)',
    },
  ],
  'scenarios/installation': [
    {
      tests: ['a backup that is made while the daemon runs'],
      in: 'src/edges/backup/contents.ts',
      from: '/^run(?:\\/|$)/',
      to: '/^(?:run|keys)(?:\\/|$)/',
    },
    {
      tests: ['behind the socket proxy'],
      in: 'deploy/socket-proxy.cfg',
      from: '/(containers|images|networks|volumes)(/json)?$',
      to: '/(containers|images|networks|volumes|swarm)(/json)?$',
    },
    {
      tests: ['what the systemd unit leaves of root'],
      in: 'src/edges/scratch.ts',
      from: 'root: string = tmpdir()',
      to: "root: string = tmpdir() && '/var/tmp'",
    },
    {
      tests: ['systemd takes the unit'],
      in: 'src/core/systemd-unit.ts',
      from: 'SystemCallErrorNumber=EPERM',
      to: 'SystemCallErrorNumbers=EPERM',
    },
  ],
  'scenarios/container': [
    {
      tests: ['the image installs whatever the stand-in'],
      in: 'Dockerfile',
      from: 'git openssh-client tini',
      to: 'git tini',
    },
    {
      tests: ['deploys an app whose files containers can mount'],
      in: 'Dockerfile',
      from: 'CMD ["harbormaster", "healthcheck"]',
      to: 'CMD ["harbormaster", "health"]',
    },
    {
      tests: ['install --container runs it from a compose file'],
      in: 'src/edges/installer/place.ts',
      from: "else if (existing === 'keep') done.push({ path, did: 'kept' });",
      to: '',
    },
  ],
  'scenarios/policy-differential': [
    {
      tests: ['no container that the policy allowed has what it denies'],
      in: 'src/policies/privileged.ts',
      from: '...(isOn(service.privileged) ?',
      to: '...(isOn(undefined) ?',
    },
    {
      tests: ['the reader finds what a policy let through'],
      in: 'src/core/presets.ts',
      from: 'capabilities: everyday,',
      to: "capabilities: [...everyday, 'SYS_ADMIN'],",
    },
  ],
  'scenarios/soak': [
    {
      tests: ['random acts and outages'],
      in: 'src/reconcile/keep.ts',
      from: "if (ruling.kind === 'leave') return unchanged(pass);",
      to: 'return unchanged(pass);',
    },
  ],
  'scenarios/dashboard': [
    {
      tests: ['in a browser a person looks at what the daemon deployed'],
      in: 'web/src/views/action-button.tsx',
      from: '{ ...action.body, reason: reason.trim() }',
      to: 'action.body',
    },
  ],
  'browser/dashboard': [
    {
      tests: ['below 40 KB as it is sent'],
      in: 'scripts/build-page.mjs',
      from: 'gzipSync(text, { level: 9 })',
      to: 'gzipSync(text, { level: 0 })',
    },
    {
      tests: ['leave no gap in what that one shows'],
      in: 'web/src/views/log-page.tsx',
      from: '    return () => stop.current.abort();\n',
      to: '',
    },
    {
      tests: ['without a token the page asks for one'],
      in: 'web/src/ask.ts',
      from: '(isRemembered ? localStorage : sessionStorage).setItem',
      to: '(isRemembered ? localStorage : localStorage).setItem',
    },
    {
      tests: ['the page is served with a strict policy'],
      in: 'src/api/page.ts',
      from: `  "frame-ancestors 'none'",`,
      to: '',
    },
    {
      tests: ['who may approves the plan that he reads', 'suspended with a reason, and rolled back'],
      in: 'web/src/views/action-button.tsx',
      from: '{ ...action.body, reason: reason.trim() }',
      to: 'action.body',
    },
    {
      tests: ['who may only look has no buttons'],
      in: 'web/src/views/action-button.tsx',
      from: 'if (!me?.rights.includes(action.right))',
      to: 'if (!me)',
    },
    {
      tests: ['what happens is seen without asking'],
      in: 'web/src/follow.ts',
      from: 'if (id !== undefined) last = Number(id);',
      to: '',
    },
    {
      tests: ['by keyboard alone'],
      in: 'web/src/views/action-button.tsx',
      from: 'input.focus();',
      to: '',
    },
    {
      tests: ['100 apps and 10,000 entries'],
      in: 'web/src/views/log-page.tsx',
      from: 'more: () => load(next)',
      to: 'more: () => load(undefined)',
    },
    {
      tests: ['nothing is in the way of a screen reader, in'],
      in: 'scripts/build-page.mjs',
      from: '<html lang="en">',
      to: '<html>',
    },
    {
      tests: ['nothing is in the way of a screen reader before the host has answered'],
      in: 'web/src/views/host-page.tsx',
      from: '<h1>Harbormaster</h1>',
      to: '<h2>Harbormaster</h2>',
    },
  ],
};

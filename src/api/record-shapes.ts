import * as z from 'zod';

/** What answers about the record look like; only described, as the command line reads the same files itself. */
const text = z.string();

export const entry = z
  .looseObject({
    v: z.literal(1),
    seq: z.int(),
    at: text.meta({ description: 'ISO 8601, UTC. Order by `seq`, not by time.' }),
    host: text,
    instance: text,
    prev: text.meta({ description: 'SHA-256 of the line before in the log.' }),
    kind: text,
    app: text.optional(),
  })
  .meta({ id: 'Entry', description: 'One entry of the deployment log, as it stands there.' });

export const logPage = z
  .looseObject({
    entries: z.array(entry),
    next: z.int().optional().meta({
      description:
        'Give it as `before` (or `after`, if that was given) to go on; absent: there is no more. A page may be short, or empty, and go on all the same.',
    }),
  })
  .meta({ id: 'LogPage' });

export const entryInFull = z
  .looseObject({ entry, intent: entry.optional(), steps: z.array(entry) })
  .meta({ id: 'EntryInFull', description: 'An entry; of an operation also its intent and the steps that were begun.' });

const trigger = z.looseObject({ kind: text, by: text.optional(), override: text.optional() });
const attempt = z.looseObject({
  seq: z.int(),
  at: text,
  what: text,
  release: text.optional(),
  commit: text.optional(),
  outcome: text.optional(),
  details: z.array(text),
  trigger: trigger.optional(),
  duration: z.number().optional().meta({ description: 'Milliseconds.' }),
  runs: z.boolean().meta({ description: 'It put there what runs now.' }),
});

export const history = z
  .looseObject({
    app: text,
    running: text.optional(),
    attempts: z.array(attempt).meta({ description: 'Newest first.' }),
    good: z
      .array(
        z.looseObject({
          release: text,
          commit: text.optional(),
          at: text,
          seq: z.int(),
          quarantined: text.optional(),
        }),
      )
      .meta({ description: 'What one can go back to, newest first.' }),
  })
  .meta({ id: 'History' });

const origin = z
  .looseObject({
    seq: z.int(),
    purpose: text,
    outcome: z.looseObject({ kind: text }).optional(),
    actor: z.looseObject({ kind: text }).optional(),
    reason: text.optional(),
    approvals: z.array(z.looseObject({})),
    causes: z.array(text),
    duration: z.number().optional().meta({ description: 'Milliseconds.' }),
  })
  .meta({ description: 'The entry that an act ended with, by whom, and who agreed to it.' });

const revision = z.looseObject({ commit: text, author: z.looseObject({ name: text, email: text }), subject: text });

const ranThen = z
  .looseObject({
    app: text,
    seq: z.int().meta({ description: 'Entry that it begins with.' }),
    from: text,
    to: text.optional().meta({ description: 'Absent: it goes on.' }),
    state: z.enum(['running', 'mixed', 'changing', 'nothing', 'unknown']),
    release: text.optional(),
    revision: revision.optional(),
    commit: text.optional(),
    services: z.array(
      z.looseObject({
        service: text,
        image: text.optional(),
        imageId: text.optional(),
        containers: z.array(z.looseObject({ id: text, name: text.optional() })),
      }),
    ),
    origin: origin.optional(),
    deployment: origin.optional(),
    drifts: z.array(z.looseObject({ seq: z.int(), at: text, causes: z.array(text), until: text.optional() })),
  })
  .meta({ id: 'Span', description: 'A time between two acts on an app: what ran then, as far as the log knows.' });

export const audit = z
  .looseObject({
    app: text,
    host: text.optional(),
    since: text.optional(),
    until: text.optional(),
    spans: z.array(ranThen).optional().meta({ description: 'Oldest first; unless one moment was asked for.' }),
    at: text.optional(),
    span: ranThen.optional().meta({ description: 'Of one moment; absent: the log does not know of the app then.' }),
    before: ranThen.optional().meta({ description: 'Where an operation was at work: what ran before it.' }),
    after: ranThen.optional(),
    jumps: z.array(z.int()).meta({
      description: 'Entries before which the host’s clock went back: times around them are not to be relied on.',
    }),
  })
  .meta({ id: 'Audit', description: 'What ran of an app when.' });

export const trace = z
  .looseObject({
    what: text,
    findings: z
      .array(
        z.looseObject({
          kind: z.enum(['commit', 'release', 'image', 'container']),
          id: text,
          name: text.optional(),
          app: text,
          service: text.optional(),
          image: text.optional(),
          ran: z.array(
            z.looseObject({ from: text, to: text.optional(), seq: z.int(), until: z.int().optional(), state: text }),
          ),
          origin: origin.optional(),
          deployment: origin.optional(),
          release: text.optional(),
          revision: revision.optional(),
          commit: text.optional(),
          attempts: z.array(z.looseObject({ seq: z.int(), at: text, what: text })),
        }),
      )
      .meta({ description: 'Newest first; empty: the log knows nothing of it.' }),
  })
  .meta({ id: 'Trace' });

const span = z.looseObject({
  from: text,
  to: text.optional(),
  local: z.looseObject({ from: text, to: text.optional() }),
});

export const windows = z
  .looseObject({
    windows: z.array(
      z.looseObject({
        name: text,
        kind: z.enum(['allow', 'deny']),
        cron: text,
        duration: z.number(),
        timeZone: text,
        apps: z.array(text),
        blocks: z.array(text),
        reason: text.optional(),
        on: z.boolean(),
        until: text.optional(),
        times: z.array(span),
      }),
    ),
  })
  .meta({ id: 'Windows', description: 'The windows of the next fourteen days.' });

export const orphans = z
  .looseObject({
    orphans: z.array(
      z.looseObject({
        app: text,
        project: text.optional(),
        how: z.enum(['leaving', 'stopped', 'removed', 'let-go', 'unknown']),
        seq: z.int().optional(),
        since: text.optional(),
        forget: text.optional(),
        things: z.array(
          z.looseObject({
            kind: text,
            name: text,
            bytes: z.number().optional(),
            state: text.optional(),
            remove: text,
          }),
        ),
      }),
    ),
  })
  .meta({
    id: 'Orphans',
    description: 'What is left of apps that are not declared, each with the command that removes it.',
  });

export const verification = z
  .looseObject({ ok: z.boolean(), entries: z.int(), head: text, proves: z.array(text), cannotProve: z.array(text) })
  .meta({ id: 'Verification', description: 'What the files of the log prove, and what they cannot.' });

export const checks = z
  .looseObject({
    checks: z.array(
      z.looseObject({ name: text, state: z.enum(['ok', 'warn', 'fail']), detail: text, hint: text.optional() }),
    ),
  })
  .meta({ id: 'Checks' });

export const health = z
  .looseObject({ status: z.literal('ok'), pid: z.int(), version: text, config: text, from: text.optional() })
  .meta({ id: 'Health' });

export const me = z
  .looseObject({
    kind: z.enum(['local', 'token', 'anonymous']),
    name: text.optional(),
    role: text,
    rights: z.array(text),
    apps: z.array(text).meta({ description: 'Patterns; empty: every app, and the host.' }),
  })
  .meta({ id: 'Me' });

export const received = z
  .looseObject({
    status: z.enum(['accepted', 'duplicate', 'ignored', 'unmatched', 'pong']).meta({
      description:
        '`accepted`: Git is looked at now. `duplicate`: this delivery was accepted before. `ignored`: it is no push. `unmatched`: nothing here follows that repository. `pong`: the answer to a ping.',
    }),
    detail: text,
    apps: z.array(text).meta({ description: 'For which Git is looked at, or would be.' }),
    configuration: z.boolean().meta({ description: 'Whether the configuration itself hangs on that repository.' }),
  })
  .meta({ id: 'Received' });

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

import * as z from 'zod';
import { cronFault } from '../core/cron.ts';
import { nearest } from '../core/nearest.ts';
import { isTimeZone, timeZones } from '../core/time-zone.ts';
import type { Act, Window } from '../model/window.ts';
import { duration, milliseconds } from './duration.ts';

const acts = ['deploy', 'prune', 'heal', 'image'] as const satisfies readonly Act[];
const blocked: readonly Act[] = ['deploy', 'prune', 'image'];

/** Text with a fault that depends on the text. */
const judged = (must: string, fault: (text: string) => string | undefined) =>
  z.string({ error: must }).check((context) => {
    const found = fault(context.value);
    if (found === undefined) return;
    context.issues.push({ code: 'custom', input: context.value, message: `${must}; ${found}`, continue: true });
  });

const cron = judged('must be five cron fields in quotes, such as "0 22 * * 1-5"', (text) => {
  const fault = cronFault(text);
  return fault && `this one ${fault}`;
});

const timeZone = judged('must be the IANA name of a time zone, such as Europe/Berlin or UTC', (text) => {
  if (isTimeZone(text)) return undefined;
  const meant = nearest(text, timeZones());
  return meant === undefined ? 'there is no such time zone' : `did you mean "${meant}"?`;
});

const nameRule = 'must be a name of letters, digits, "-", "_" and ".", 63 at most';
const globRule = 'must be the name of an app, in which * stands for any characters and ? for one';

export const windowSchema = z
  .strictObject({
    name: z
      .string({ error: nameRule })
      .regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, { error: nameRule })
      .meta({ title: 'name', description: 'What messages and the deployment log call it.', examples: ['night'] }),
    kind: z.enum(['allow', 'deny']).meta({
      description:
        '`deny`: while it is on, nothing that it blocks begins. `allow`: what it blocks begins only while it, or another allow window for the same, is on. A deny window beats every allow window.',
      examples: ['allow'],
    }),
    cron: cron.meta({
      title: 'cron expression',
      description:
        'When it begins, on the clock of its time zone: minute, hour, day of the month, month, day of the week. A time that is skipped when clocks change counts right after the gap, one that comes twice the first time.',
      examples: ['0 22 * * 1-5'],
    }),
    duration: duration({ atLeast: '1m' }).meta({
      description: 'How long it is on, in time that really passes.',
      examples: ['4h'],
    }),
    time_zone: timeZone.meta({
      title: 'time zone',
      description: 'Whose clock counts.',
      examples: ['Europe/Berlin'],
    }),
    apps: z
      .array(
        z
          .string({ error: globRule })
          .regex(/^[\w.*?-]+$/, { error: globRule })
          .meta({ title: 'app name, * and ? match any' }),
      )
      .min(1, { error: 'must not be an empty list; leave the key out to mean every app' })
      .optional()
      .meta({
        title: 'list of names',
        description: 'Apps that it concerns; `*` stands for any characters, `?` for one.',
        examples: [['shop-*']],
        absent: 'every app',
      }),
    blocks: z
      .array(z.enum(acts))
      .min(1, { error: 'must not be an empty list; leave the key out instead' })
      .default([...blocked])
      .meta({
        title: 'list of acts',
        description:
          '`deploy`: a new release of Git, or a rollback by hand. `image`: a tag that moved, and nothing in Git. `prune`: removing services, networks or apps. ' +
          '`heal`: bringing back what stopped or was changed by hand.',
        examples: [['deploy', 'image']],
      }),
    reason: z
      .string({ error: 'must be text' })
      .trim()
      .min(1, { error: 'must not be empty' })
      .max(200, { error: 'must be at most 200 characters' })
      .optional()
      .meta({ description: 'What people are told who wait.', examples: ['nobody is on call'], absent: 'none' }),
  })
  .meta({ title: 'window' });

export const resolveWindow = (settings: z.output<typeof windowSchema>): Window => ({
  name: settings.name,
  kind: settings.kind,
  cron: settings.cron,
  duration: milliseconds(settings.duration),
  timeZone: settings.time_zone,
  apps: settings.apps ?? [],
  blocks: settings.blocks,
  reason: settings.reason,
});

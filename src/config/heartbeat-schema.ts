import * as z from 'zod';
import type { HeartbeatConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { duration, milliseconds } from './duration.ts';

export const heartbeatSchema = z.strictObject(
  {
    url: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with https:// or http://' }).meta({
      title: 'secret URL',
      description:
        'What is fetched (GET) as a sign of life, at a service that raises an alarm when it stops. Whoever knows it can pretend: best taken from a file.',
      examples: ['${file:secrets/heartbeat-url}'],
    }),
    interval: duration({ atLeast: '10s', atMost: '1d' })
      .default('1m')
      .meta({ description: 'How often.', examples: ['5m'] }),
  },
  { error: 'must be a map of settings, at least `url: https://…`' },
);

export const resolveHeartbeat = (given: z.output<typeof heartbeatSchema> | undefined): HeartbeatConfig | undefined =>
  given && { url: new Secret(given.url), interval: milliseconds(given.interval) };

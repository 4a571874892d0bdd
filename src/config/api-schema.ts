import * as z from 'zod';
import * as v from './values.ts';

const listenRule = 'must be an address and a port, such as 127.0.0.1:7460 or [::1]:7460';

const listen = z
  .string({ error: listenRule })
  .refine((text) => addressOf(text) !== undefined, { error: listenRule })
  .meta({
    title: 'address:port',
    description: 'Where the API, the metrics and the webhooks answer.',
    examples: ['127.0.0.1:7460'],
  });

/** Of `127.0.0.1:7460`, `[::1]:7460`, `harbor.example.org:7460`. */
export function addressOf(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

const address = z
  .string({ error: 'must be an IP address' })
  .regex(/^[\da-fA-F.:]+$/, { error: 'must be an IP address' })
  .meta({ title: 'IP address' });

export const apiSchema = z.strictObject({
  listen,
  tls: z
    .strictObject({
      cert: v.hostFile().meta({
        description:
          'Certificate in PEM, with those that lead to its authority. A renewed one is taken over by itself.',
        examples: ['/etc/harbormaster/tls/fullchain.pem'],
      }),
      key: v.hostFile().meta({ description: 'Its private key in PEM.', examples: ['/etc/harbormaster/tls/key.pem'] }),
    })
    .optional()
    .meta({ title: 'section', description: 'Speaks HTTPS.', absent: 'HTTP' }),
  insecure: v
    .flag()
    .default(false)
    .meta({
      description: 'Listen on an address that others can reach, without TLS: tokens can be read on the way.',
      examples: [true],
    }),
  anonymous: z
    .enum(['viewer'], { error: 'must be viewer: nobody does more without a token' })
    .optional()
    .meta({
      description: 'What programs of this very host may without a token; not what comes through a proxy.',
      examples: ['viewer'],
      absent: 'nothing',
    }),
  trusted_proxies: z
    .array(address)
    .default([])
    .meta({
      title: 'list of IP addresses',
      description: 'Proxies whose `X-Forwarded-For` is believed, so that limits count whoever is behind them.',
      examples: [['127.0.0.1']],
    }),
});

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import * as z from 'zod';
import { defineKind } from '../../kind.ts';
import type { Check, CheckAnswer } from '../../ports.ts';
import { collect } from '../engines/api/http.ts';
import { visible } from '../engines/text.ts';
import { eachTarget } from './each-target.ts';
import type { Place } from './places.ts';

const webUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' });
const code = z.int({ error: 'must be a status such as 200, or a list of them' }).min(100).max(599);

const options = z
  .strictObject({
    url: webUrl.meta({
      title: 'URL',
      description:
        "What is asked. The host may be a service of the app: then each of its containers is asked, at the container's port. No redirect is followed.",
      examples: ['http://web:8080/healthz'],
    }),
    status: z
      .union([code, z.array(code).min(1)], { error: 'must be a status such as 200, or a list of them' })
      .optional()
      .meta({
        title: 'status, or list of them',
        description: 'What must be answered.',
        examples: [204],
        absent: '200 to 299',
      }),
    body: z
      .string({ error: 'must be text' })
      .min(1)
      .optional()
      .meta({
        title: 'text',
        description: 'Text that must stand in the first megabyte of the answer.',
        examples: ['"status":"ok"'],
        absent: 'anything',
      }),
    headers: z
      .record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string())
      .optional()
      .meta({
        title: 'map',
        description: 'Headers to send, e.g. the `Host` that a proxy listens for.',
        examples: [{ Host: 'shop.example.com' }],
        absent: 'none',
      }),
    verify_certificate: z
      .boolean()
      .optional()
      .meta({
        title: 'true or false',
        description: 'Of https: whether the certificate must be valid for the host of the URL.',
        examples: [false],
        default: true,
      }),
  })
  .meta({ description: 'Asks for a page, and passes if the answer is as it should be.' });

type Options = z.output<typeof options>;

export const http = defineKind({
  type: 'http',
  options,
  create: (given: Options): Check => {
    const url = new URL(given.url);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    // Neither a user's password nor what stands in the query is for everybody who reads a plan.
    const what = `${url.host}${url.pathname}`;
    return {
      title: `${url.protocol.slice(0, -1)} ${what}`,
      attempt: (ground) =>
        eachTarget(
          { host, port },
          { what, ask: (place, limit) => ask(given, url, { ...ground, place, limit }) },
          ground,
        ),
    };
  },
});

interface Way {
  readonly place: Place;
  readonly limit: number;
  readonly signal: AbortSignal;
}

async function ask(given: Options, url: URL, way: Way): Promise<CheckAnswer> {
  const limit = AbortSignal.timeout(way.limit);
  try {
    const answer = await open(given, url, { ...way, signal: AbortSignal.any([way.signal, limit]) });
    const body = (await collect(answer, 1024 * 1024)).toString();
    return judged(given, answer.statusCode ?? 0, body);
  } catch (error) {
    const why = limit.aborted
      ? `nothing within ${way.limit / 1000} s`
      : String(error instanceof Error ? error.message : error);
    return { passed: false, detail: `gave no answer: ${why}`, output: '' };
  }
}

function open(
  { headers = {}, verify_certificate: verify = true }: Options,
  url: URL,
  { place, signal }: Way,
): Promise<IncomingMessage> {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const sent = names.includes('host') ? headers : { Host: url.host, ...headers };
  const common = {
    ...place,
    path: `${url.pathname}${url.search}`,
    headers: sent,
    signal,
    agent: false,
    ...(url.username !== '' && { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
  } as const;
  const tls = { rejectUnauthorized: verify, ...(isIP(url.hostname) === 0 && { servername: url.hostname }) };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:' ? httpsRequest({ ...common, ...tls }, resolve) : httpRequest(common, resolve);
    request.on('error', reject);
    request.end();
  });
}

/** Characters. */
const shown = 2000;

function judged({ status, body: text }: Options, found: number, body: string): CheckAnswer {
  const output = visible(body.slice(0, shown));
  const wanted = status === undefined ? undefined : [status].flat();
  const isWanted = wanted === undefined ? found >= 200 && found < 300 : wanted.includes(found);
  if (!isWanted) return { passed: false, detail: `answered ${found}, wanted ${wanted?.join(' or ') ?? '2xx'}`, output };
  if (text !== undefined && !body.includes(text))
    return { passed: false, detail: `answered ${found}, without the text that must be in it`, output };
  return { passed: true, detail: `answered ${found}`, output: '' };
}

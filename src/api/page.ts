import { gunzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';
import * as z from 'zod';
import type { Visit } from './visit.ts';

/** The dashboard's files by their path, each a gzip in base64. The build puts them in; sources alone have none. */
declare const __HARBORMASTER_PAGE__: string;

const files = z.record(z.string(), z.object({ type: z.string(), gzip: z.string() }));
export type PageFiles = z.output<typeof files>;

export const builtInPage = (): PageFiles =>
  typeof __HARBORMASTER_PAGE__ === 'string' ? files.parse(JSON.parse(__HARBORMASTER_PAGE__)) : {};

/** Nothing from elsewhere, nothing inline, and in nobody's frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The name of each file but the page itself has its content's hash in it. */
const caching = (path: string): string => (path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable');

/** Serves the dashboard to whoever asks: it holds nothing of the host, and asks the API like everybody else. */
export function servePage(router: Hono<{ Bindings: Visit }>, page: PageFiles): void {
  for (const [path, { type, gzip }] of Object.entries(page))
    router.get(path, ({ req }) => pageResponse(req, { path, type, bytes: Buffer.from(gzip, 'base64') }));
}

interface File {
  readonly path: string;
  readonly type: string;
  /** Compressed. */
  readonly bytes: Buffer;
}

function pageResponse(request: Context['req'], { path, type, bytes }: File): Response {
  const takesGzip = /\bgzip\b/.test(request.header('accept-encoding') ?? '');
  const headers = {
    'content-type': type,
    'content-security-policy': policy,
    'cache-control': caching(path),
    vary: 'accept-encoding',
    ...(takesGzip && { 'content-encoding': 'gzip' }),
  };
  return new Response(new Uint8Array(takesGzip ? bytes : gunzipSync(bytes)), { headers });
}

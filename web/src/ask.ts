import { eventsIn, type ServerEvent } from './model/sse.ts';

/** What the API refused: problem details, as far as there were any. */
export class Refusal extends Error {
  readonly status: number;
  readonly hint: string | undefined;
  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

const key = 'harbormaster-token';

/** In this tab, or remembered on this machine. */
export const token = {
  read: (): string | undefined => sessionStorage.getItem(key) ?? localStorage.getItem(key) ?? undefined,
  keep(text: string, isRemembered: boolean): void {
    token.forget();
    (isRemembered ? localStorage : sessionStorage).setItem(key, text);
  },
  forget(): void {
    sessionStorage.removeItem(key);
    localStorage.removeItem(key);
  },
};

const authorization = (): Record<string, string> => {
  const known = token.read();
  return known === undefined ? {} : { authorization: `Bearer ${known}` };
};

/** Throws Refusal; `status` 0: nobody answers. */
async function answer(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...authorization(), ...init.headers };
  const response = await fetch(path, { ...init, headers }).catch(() => {
    throw new Refusal(0, 'Harbormaster does not answer.');
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(response.status, problem.detail ?? `It answered ${response.status}.`, problem.hint);
}

export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await answer(path, signal ? { signal } : {});
  return response.json();
}

/** Has something done; tells each step, and at last what came of it in words. Throws Refusal. */
export async function act(path: string, body: object, progress: (message: string) => void): Promise<string> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await answer(path, init);
  if (!response.headers.get('content-type')?.includes('ndjson')) return (await response.json()).summary ?? 'Done.';
  for await (const line of linesOf(response)) {
    const { progress: step, problem, reports } = JSON.parse(line);
    if (step) progress(`${step.app}: ${step.message}`);
    if (problem) throw new Refusal(problem.status, problem.detail, problem.hint);
    if (reports) return reports.map(reportText).join(' ') || 'There was nothing to do.';
  }
  throw new Refusal(0, 'The connection was lost. What was begun goes on; the log tells how it ends.');
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const text of textOf(response)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

interface Report {
  readonly app: string;
  readonly outcome: {
    readonly kind: string;
    readonly message?: string;
    readonly reasons?: readonly { readonly reason: string }[];
  };
}

const reportText = ({ app, outcome: { kind, message, reasons = [] } }: Report): string =>
  `${app}: ${[kind, message, ...reasons.map(({ reason }) => reason)].filter((part) => part !== undefined).join(', ')}.`;

/** Events from `after` on, as long as the connection holds; `opened` is called when it stands, which may be long before the first event. */
export async function* events(after: number, signal: AbortSignal, opened: () => void): AsyncGenerator<ServerEvent> {
  const response = await answer('/v1/events', { headers: { 'last-event-id': String(after) }, signal });
  opened();
  let rest = '';
  for await (const text of textOf(response)) {
    const found = eventsIn(rest + text);
    rest = found.rest;
    yield* found.events;
  }
}

async function* textOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

import type { PassReport } from '../model/report.ts';
import type { Progress } from '../ports.ts';
import { problemOf } from './problem.ts';
import type { Desk } from './routes/route.ts';

/**
 * Work that takes its time: one line of JSON a step, `{"progress":{"app","message"}}`, and at last `{"reports":[…]}` or `{"problem":{…}}`. What goes wrong
 * before the first step is an ordinary problem response. The work goes on when nobody listens any more.
 */
export async function streamed(
  { keep }: Desk,
  work: (progress: Progress) => Promise<readonly PassReport[]>,
): Promise<Response> {
  const { stream, write, close, begun } = lineStream();
  const reports = keep(() => work((app, message) => write({ progress: { app, message } })));
  const ended = reports.then(
    (all) => write({ reports: all }),
    (error: unknown) => write({ problem: problemOf(error) }),
  );
  void ended.finally(close);
  await Promise.race([begun, reports]);
  return new Response(stream, { headers: { 'content-type': 'application/x-ndjson' } });
}

function lineStream() {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const { promise: begun, resolve: begin } = deferred();
  const stream = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
    },
    cancel() {
      controller = undefined;
    },
  });
  return {
    stream,
    begun,
    write(value: object) {
      controller?.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      begin();
    },
    close() {
      controller?.close();
      controller = undefined;
    },
  };
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

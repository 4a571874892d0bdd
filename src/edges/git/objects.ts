import { type OpenProcess, open } from '../process.ts';
import { catFile } from './argv.ts';
import { type ByteReader, byteReader } from './byte-reader.ts';
import type { Environment } from './environment.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface ObjectHead {
  readonly type: ObjectType;
  /** Bytes. */
  readonly size: number;
}

/** What to do with the content, once it is known what it is. Undefined: nothing, it is not read. */
export type Taker = (head: ObjectHead) => ((chunk: Buffer) => unknown) | undefined;

/** The objects of one mirror, through one `git cat-file --batch` that is started when it is needed and goes when it is idle. */
export interface ObjectStore extends AsyncDisposable {
  /** Undefined if there is no such object. Rejects when git ends or says nothing: the mirror is broken, or gone. */
  get(id: string, take: Taker): Promise<ObjectHead | undefined>;
}

/** Milliseconds. */
interface Limits {
  /** Of silence. */
  readonly local: number;
  readonly idle: number;
}

interface Conversation {
  readonly child: OpenProcess;
  readonly reader: ByteReader;
}

export function objectStore(env: Environment, limits: Limits): ObjectStore {
  let conversation: Promise<Conversation> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;

  const start = async (): Promise<Conversation> => {
    const child = await open(catFile, { env, cwd: '/' });
    return { child, reader: byteReader(child.stdout) };
  };
  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const closing = conversation;
    conversation = undefined;
    await (await closing?.catch(() => undefined))?.child[Symbol.asyncDispose]();
  };
  const ask = async (id: string, take: Taker): Promise<ObjectHead | undefined> => {
    clearTimeout(idle);
    conversation ??= start();
    const { child, reader } = await conversation.catch((error: unknown) => {
      conversation = undefined;
      throw error;
    });
    child.hold(true);
    const overdue = setTimeout(() => void child.kill(), limits.local);
    try {
      child.stdin.write(`${id}\n`);
      return await answer(reader, take, () => overdue.refresh());
    } catch (error) {
      conversation = undefined;
      await child.kill();
      if (error instanceof NotRead) return error.head;
      throw error;
    } finally {
      clearTimeout(overdue);
      child.hold(false);
      idle = setTimeout(() => void close(), limits.idle).unref();
    }
  };
  return {
    get: (id, take) => {
      const result = turn.then(() => ask(id, take));
      turn = result.catch(() => undefined);
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      await turn;
      await close();
    },
  };
}

/** Git would go on sending what nobody wants: its process is given up instead. */
class NotRead extends Error {
  readonly head: ObjectHead;
  constructor(head: ObjectHead) {
    super('the object is not read');
    this.head = head;
  }
}

async function answer(reader: ByteReader, take: Taker, onChunk: () => void): Promise<ObjectHead | undefined> {
  const line = await reader.line();
  if (line.endsWith(' missing')) return undefined;
  const { type, size } = /^[0-9a-f]+ (?<type>\w+) (?<size>\d+)$/.exec(line)?.groups ?? {};
  if (!isObjectType(type)) throw new Error('git answered something that is no object');
  const head = { type, size: Number(size) };
  const sink = take(head);
  if (!sink) throw new NotRead(head);
  await reader.pour(head.size, (chunk) => {
    onChunk();
    return sink(chunk);
  });
  await reader.pour(1, () => undefined);
  return head;
}

const isObjectType = (type: string | undefined): type is ObjectType =>
  type === 'blob' || type === 'tree' || type === 'commit' || type === 'tag';

import { isRefusal } from '../failures.ts';
import { lastLines, visible } from '../text.ts';
import { type EngineApi, segment } from './client.ts';
import { inspectContainer } from './inspect.ts';

/** Bytes: enough for hundreds of lines of the 16 KiB at which the engine splits. */
const tailSize = 4 * 1024 * 1024;
/** Characters for a person to read. */
const shown = 64 * 1024;

/** What a container wrote last; what the engine says instead where its logging driver cannot be read. */
export async function tailLogs(api: EngineApi, id: string, lines: number): Promise<string> {
  const container = await inspectContainer(api, id);
  if (container === undefined) return '';
  try {
    const { body } = await api.send({
      method: 'GET',
      path: `/containers/${segment(id)}/logs`,
      query: { stdout: '1', stderr: '1', tail: String(lines) },
      limit: 10_000,
      size: tailSize,
    });
    const text = (container.Config.Tty ? body : demultiplex(body)).toString();
    return lastLines(visible(text), lines).slice(-shown);
  } catch (error) {
    if (isRefusal(error)) return `(${error.message})`;
    throw error;
  }
}

const headerSize = 8;

/**
 * Takes the frame headers out of a stream that carries stdout and stderr; a frame that was cut off is kept as far as it goes.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function demultiplex(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + headerSize <= stream.length) {
    const length = stream.readUInt32BE(at + 4);
    parts.push(stream.subarray(at + headerSize, at + headerSize + length));
    at += headerSize + length;
  }
  return Buffer.concat(parts);
}

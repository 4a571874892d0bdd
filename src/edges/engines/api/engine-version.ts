import * as z from 'zod';
import type { EngineApi } from './client.ts';
import { shaped } from './shape.ts';

const answer = z.object({ Version: z.string(), Os: z.string(), Arch: z.string() });

export async function engineVersion(api: EngineApi): Promise<{ readonly version: string; readonly platform: string }> {
  const found = shaped(answer, await api.json({ method: 'GET', path: '/version' }), "the engine's version");
  return { version: found.Version, platform: `${found.Os}/${found.Arch}` };
}

import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from './world.ts';

/** A folder with a compose file in which a person works without Harbormaster. */
export interface Checkout {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** `docker compose --project-name PROJECT …` in the folder, as anybody types it. */
  compose(project: string, ...args: string[]): Promise<void>;
}

export async function checkout({ folder, environment }: World, name: string): Promise<Checkout> {
  const path = join(folder, name);
  await mkdir(path);
  return {
    path,
    async write(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, file)), { recursive: true });
        await writeFile(join(path, file), content);
      }
    },
    compose: (project, ...args) =>
      new Promise((resolve, reject) => {
        const argv = ['compose', '--project-name', project, ...args];
        const child = spawn('docker', argv, { cwd: path, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.on('error', reject);
        child.on('close', (code) =>
          code === 0 ? resolve() : reject(new Error(`docker ${argv.join(' ')}: ${stderr}`)),
        );
      }),
  };
}

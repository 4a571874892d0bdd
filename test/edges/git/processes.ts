import { readdir, readFile } from 'node:fs/promises';

/** Command lines of the processes of this user whose environment names the folder or file: ours, whatever else runs on this machine. */
export async function processesOf(path: string): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
      return environment.includes(path) ? readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '') : '';
    }),
  );
  return found.map((line) => line.split('\0').join(' ').trim()).filter((line) => line !== '');
}

/** Command lines of all processes of this machine that match, arguments joined by spaces. */
export async function commandLines(pattern: RegExp): Promise<readonly string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.split('\0').join(' ').trim()).filter((line) => pattern.test(line));
}

import { relative } from 'node:path';
import { lastLines, visible } from '../text.ts';

/** A line of Compose's logger: `time="…" level=warning msg="The \"X\" variable is not set. …"`. */
const logged = /^time="[^"]*" level=(\w+) msg=(.*)$/;
/** ` Container shop-web-1  Starting` */
const progress = /^ (?:Container|Network|Volume|Image|Service|Config|Secret) /;
const unsetVariable = /The \\?"([^"\\]+)\\?" variable is not set/;
const lacksHome = /the environment lacks HOME/;

/** Variables that Compose filled with nothing, in its order, each once. */
export function unsetVariables(stderr: string): readonly string[] {
  const names = stderr.split('\n').flatMap((line) => {
    const name = unsetVariable.exec(line)?.[1] ?? (lacksHome.test(line) ? 'HOME' : undefined);
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)];
}

/** What Compose says went wrong: without progress lines, warnings, time stamps and colours. */
export function complaint(stderr: string): string {
  const lines = visible(stderr)
    .split('\n')
    .flatMap((line) => {
      const [, level, message] = logged.exec(line) ?? [];
      if (message !== undefined) return level === 'warning' || level === 'info' ? [] : [unquoted(message)];
      return progress.test(line) ? [] : [line];
    });
  return lastLines(lines.join('\n').replaceAll(quotedEnvLine, '$1'), 20);
}

/** A broken env file is quoted with the line that broke it: passwords are in such lines. */
const quotedEnvLine = /(unterminated quoted value|in variable name)(?: near)? .*/g;

function unquoted(message: string): string {
  return message.startsWith('"') ? message.slice(1, -1).replaceAll('\\"', '"') : message;
}

/** Paths in and around the rendered folder become relative: its author knows nothing of the scratch folder that it was exported to. */
export function withoutFolder(text: string, directory: string): string {
  const top = directory.split('/').slice(0, 3).join('/');
  return text
    .replaceAll(/\/[^\s:'",]+/g, (path) =>
      path === top || path.startsWith(`${top}/`) ? relative(directory, path) || '.' : path,
    )
    .trim();
}

import { HarborError } from '../errors.ts';

export type Variables = Readonly<Record<string, string>>;

const deepest = 20;
/** Characters by which variables may lengthen a text. The kernel gives no process a longer value; and a few dozen that double each other fill all memory. */
const mostAdded = 128 * 1024;
const named = /^[A-Za-z_]\w*/;

/**
 * `$X`, `${X}` and its forms with `-`, `+` and `?`, nested ones too, as Compose replaces them; unset is empty, and what Compose would not take stays
 * as it is. Source: https://docs.docker.com/reference/compose-file/interpolation/
 */
export function substitute(text: string, variables: Variables, depth = 0): string {
  if (depth > deepest) {
    throw new HarborError(`variables are nested more than ${deepest} deep`, {
      code: 'compose-refused',
      hint: 'Write the default as plain text, or give the variable a value.',
    });
  }
  let done = '';
  let added = 0;
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$')) {
    const { value, length } = reference(text.slice(at), variables, depth);
    done += text.slice(0, at) + value;
    text = text.slice(at + length);
    added += value.length - length;
    if (added > mostAdded) throw tooLong();
  }
  return done + text;
}

const tooLong = (): HarborError =>
  new HarborError(`variables make a value longer by more than ${mostAdded} characters`, {
    code: 'compose-refused',
    hint: 'Look for variables that repeat each other, in the compose file and its env files.',
  });

interface Replaced {
  readonly value: string;
  /** How much of the text it stands for. */
  readonly length: number;
}

/** The reference that a text starts with. */
function reference(text: string, variables: Variables, depth: number): Replaced {
  if (text[1] === '$') return { value: '$', length: 2 };
  if (text[1] === '{') return braced(text, variables, depth);
  const name = named.exec(text.slice(1))?.[0];
  return name === undefined
    ? { value: '$', length: 1 }
    : { value: own(variables, name) ?? '', length: 1 + name.length };
}

function braced(text: string, variables: Variables, depth: number): Replaced {
  const end = closing(text);
  const inner = /^(?<name>[A-Za-z_]\w*)(?:(?<operator>:?[-+?])(?<rest>.*))?$/s.exec(
    text.slice(2, Math.max(end, 2)),
  )?.groups;
  if (end === -1 || inner === undefined) return { value: text, length: text.length };
  const value = own(variables, inner['name'] ?? '');
  const { operator = '', rest = '' } = inner;
  const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
  const isAlternative = operator.endsWith('+');
  const useRest = operator.endsWith('-') ? !isThere : isAlternative && isThere;
  const plain = isAlternative ? '' : (value ?? '');
  return { value: useRest ? substitute(rest, variables, depth + 1) : plain, length: end + 1 };
}

/**
 * Where Compose sees the end of a reference: it counts braces and passes over what follows an opening one; where that leads nowhere, it takes the last.
 * Source: getFirstBraceClosingIndex in https://github.com/compose-spec/compose-go/blob/main/template/template.go
 */
function closing(text: string): number {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '}' && --open === 0) return at;
    if (text[at] === '{') {
      open++;
      at++;
    }
  }
  return text.lastIndexOf('}');
}

const own = (variables: Variables, name: string): string | undefined =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

const line =
  /^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:'(?<literal>[^']*)'|"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>.*))/gm;

/** The variables of a `.env` file, for finding paths. They may refer to the environment, and after it to those before them. */
export function parseEnvFile(text: string, environment: Variables = {}): Record<string, string> {
  const variables: Record<string, string> = {};
  const known: Record<string, string> = { ...environment };
  for (const { groups = {} } of text.matchAll(line)) {
    const { name = '', literal, quoted, plain = '' } = groups;
    const value = literal ?? substitute(quoted ?? withoutComment(plain), known);
    variables[name] = value;
    if (!Object.hasOwn(environment, name)) known[name] = value;
  }
  return variables;
}

const withoutComment = (value: string): string => value.replace(/(?:^|[ \t])#.*$/, '').trim();

import type { z } from 'zod';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const nouns: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  null: 'nothing',
};

export const noun = (expected: string): string => nouns[expected] ?? expected;

/** What zod found, as a sentence about a key; for every check that brings no sentence of its own (also those of notifiers' options). */
export function sentence(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${noun(issue.expected)}`;
    case 'invalid_value':
      return `must be ${either(issue.values.map(String))}`;
    case 'too_small':
      return size(issue.origin, 'at least', Number(issue.minimum));
    case 'too_big':
      return size(issue.origin, 'at most', Number(issue.maximum));
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be a URL such as https://example.com/hook'
        : `is not in the right form (${issue.format})`;
    case 'invalid_union':
      return `must be ${either(issue.errors.flatMap((issues) => issues.flatMap(expectedAtTop)))}`;
    default:
      return 'is not valid';
  }
}

function expectedAtTop(issue: z.core.$ZodIssue): readonly string[] {
  return issue.code === 'invalid_type' && issue.path.length === 0 ? [noun(issue.expected)] : [];
}

function size(origin: string, bound: 'at least' | 'at most', limit: number): string {
  if (origin === 'string' && bound === 'at least' && limit === 1) return 'must not be empty';
  if (origin === 'string') return `must have ${bound} ${limit} characters`;
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${bound} ${limit}`;
}

/** `a`, `a or b`, `one of a, b, c`. */
export function either(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length === 0) return 'something else';
  return unique.length < 3 ? unique.join(' or ') : `one of ${unique.join(', ')}`;
}

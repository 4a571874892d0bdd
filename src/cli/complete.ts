import type { VerbOption } from './option.ts';
import { globalOptions } from './settings.ts';
import type { Verb } from './verb.ts';

/** One way to go on, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly means: string;
}

/** What may stand at the end of a command line; `files`: the shell knows better. */
export type Completions = readonly Candidate[] | 'files';

interface Known {
  readonly verbs: readonly Verb[];
  readonly apps: () => Promise<readonly string[]>;
}

/** `words`: everything behind the program's name; the last one is being written, and may be empty. */
export async function completionsOf(words: readonly string[], known: Known): Promise<Completions> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const verb = verbOf(plain(before), known.verbs);
  const value = valueAt(before.at(-1), verb);
  if (value !== undefined) return ofKind(value, current, known);
  if (current.startsWith('-')) return begun(current, optionsOf(verb).map(describe));
  const next = nextWords(plain(before), known.verbs);
  const further = begun(current, next);
  if (further.length > 0) return further;
  return verb ? ofKind(verb.operands ?? '', current, known) : [];
}

const begun = (current: string, candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter(({ word }) => word.startsWith(current));

/** The words that name a verb: neither options nor their values. */
function plain(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  let skips = false;
  for (const word of words) {
    if (skips) skips = false;
    else if (word.startsWith('-')) skips = valueAt(word, undefined) !== undefined;
    else found.push(word);
  }
  return found;
}

/** The longest name that the words begin with. */
const verbOf = (words: readonly string[], verbs: readonly Verb[]): Verb | undefined =>
  verbs
    .filter(({ name }) => name.split(' ').every((word, index) => words[index] === word))
    .toSorted((one, other) => other.name.length - one.name.length)[0];

/** How verbs go on that begin with these words. */
function nextWords(words: readonly string[], verbs: readonly Verb[]): readonly Candidate[] {
  const found = new Map<string, string>();
  for (const { name, summary } of verbs) {
    const parts = name.split(' ');
    const word = parts[words.length];
    if (word === undefined || !words.every((given, index) => parts[index] === given)) continue;
    if (!found.has(word) || parts.length === words.length + 1) found.set(word, summary);
  }
  return [...found].map(([word, means]) => ({ word, means }));
}

const optionsOf = (verb: Verb | undefined): readonly VerbOption<unknown>[] => [
  ...(verb?.options ?? []),
  ...Object.values(globalOptions),
];

function describe(option: VerbOption<unknown>): Candidate {
  const { long, description } = option.build();
  return { word: long ?? `--${option.name}`, means: description };
}

/** What the value of this option is called, e.g. `<file>`; undefined: it is none, or takes no value. */
function valueAt(word: string | undefined, verb: Verb | undefined): string | undefined {
  const option = optionsOf(verb).find((one) => word === `--${one.name}`);
  return option === undefined ? undefined : /<.*>/.exec(option.build().flags)?.[0];
}

async function ofKind(kind: string, current: string, { apps }: Known): Promise<Completions> {
  if (/[<[](?:file|dir)/.test(kind)) return 'files';
  if (!/[<[](?:app|apps)\b/.test(kind)) return [];
  return begun(
    current,
    (await apps()).map((word) => ({ word, means: 'app' })),
  );
}

/** Small on purpose: they ask the program, so that they fit whatever version is installed. */
export const completionScripts = {
  bash: `_harbormaster() {
  local IFS=$'\\n' answer
  answer=$(harbormaster completion answer -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  if [[ $answer == ':files' ]]; then compopt -o default; COMPREPLY=(); return; fi
  COMPREPLY=($(cut -d' ' -f1 <<<"$answer"))
}
complete -F _harbormaster harbormaster
`,
  zsh: `#compdef harbormaster
_harbormaster() {
  setopt localoptions extendedglob
  local answer
  local -a lines
  answer=$(harbormaster completion answer -- "\${(@)words[2,CURRENT]}" 2>/dev/null) || return
  if [[ $answer == ':files' ]]; then _files; return; fi
  lines=("\${(@f)answer}")
  lines=("\${(@)lines//:/\\\\:}")
  lines=("\${(@)lines/ ##/:}")
  _describe harbormaster lines
}
compdef _harbormaster harbormaster
`,
  fish: `function __harbormaster_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer (harbormaster completion answer -- $words[2..-1] 2>/dev/null)
  if test "$answer" = ':files'
    __fish_complete_path (commandline -ct)
  else
    string replace --regex ' +' \\t -- $answer
  end
end
complete -c harbormaster -f -a '(__harbormaster_complete)'
`,
} as const;

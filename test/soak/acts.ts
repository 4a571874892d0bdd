import { type Bad, badKinds, soakApps } from './apps.ts';
import { type Random, seeded } from './random.ts';

/** How a container is mistreated. */
export const mischiefs = ['kill', 'stop', 'pause', 'rm', 'rename', 'update', 'disconnect'] as const;
export type Mischief = (typeof mischiefs)[number];

/** How a Git server is out of reach. */
export const gitFailures = ['silent', 'drop', 503] as const;

/** One thing that happens to the host. It says everything that chance decided, so that the same seed does the same again. */
export type Act = { readonly pause: number } & (
  | { readonly kind: 'commit'; readonly app: string; readonly bad?: Bad }
  /** Back to what an earlier good commit held. */
  | { readonly kind: 'revert'; readonly app: string; readonly by: number }
  /** A commit that changes nothing that is rendered. */
  | { readonly kind: 'remark'; readonly app: string }
  /** `which`: in [0, 1), over the app's containers in order. */
  | { readonly kind: 'mischief'; readonly app: string; readonly what: Mischief; readonly which: number }
  | { readonly kind: 'neighbour' }
  /** For so many acts. */
  | { readonly kind: 'git-down'; readonly how: (typeof gitFailures)[number]; readonly acts: number }
  | { readonly kind: 'registry-down'; readonly acts: number }
  | { readonly kind: 'restart'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'verb'; readonly app: string; readonly verb: Verb }
  | { readonly kind: 'reload'; readonly what: 'other-limits' | 'broken' }
  /** The app leaves the configuration, for so many acts. */
  | { readonly kind: 'drop'; readonly app: string; readonly acts: number }
);

export type Verb = 'hold' | 'release' | 'retry' | 'rollback' | 'apply' | 'plan';
/** While most apps are held little happens. */
const verbs: readonly Verb[] = ['hold', 'release', 'release', 'retry', 'retry', 'rollback', 'apply', 'apply', 'plan'];

const weights = {
  commit: 20,
  bad: 12,
  revert: 4,
  remark: 4,
  mischief: 30,
  neighbour: 2,
  'git-down': 3,
  'registry-down': 2,
  restart: 7,
  verb: 16,
  reload: 4,
  drop: 2,
} as const;

/** The first half may restart the daemon, the rest is one life of it: long enough to see whether its memory grows. */
const restarting = 1 / 2;

/** The acts of a seed. */
export function actsOf(seed: number, count: number): readonly Act[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => draw(random, index < count * restarting));
}

function draw(random: Random, mayRestart: boolean): Act {
  const kind = random.weighted(weights);
  const app = random.pick(soakApps).name;
  // Often the next one comes into the middle of what this one set off.
  const pause = random.next() < 0.4 ? random.whole(0, 200) : random.whole(200, 1800);
  const acts = random.whole(2, 6);
  switch (kind) {
    case 'bad':
      return { kind: 'commit', app, bad: random.pick(badKinds), pause };
    case 'commit':
    case 'remark':
      return { kind, app, pause };
    case 'revert':
      return { kind, app, by: random.whole(1, 3), pause };
    case 'mischief':
      return { kind, app, what: random.pick(mischiefs), which: random.next(), pause };
    case 'neighbour':
      return { kind, pause };
    case 'git-down':
      return { kind, how: random.pick(gitFailures), acts, pause };
    case 'registry-down':
      return { kind, acts, pause };
    case 'restart':
      return mayRestart ? { kind, signal: random.pick(['SIGTERM', 'SIGKILL']), pause } : { kind: 'commit', app, pause };
    case 'verb':
      return { kind, app, verb: random.pick(verbs), pause };
    case 'reload':
      return { kind, what: random.pick(['other-limits', 'broken']), pause };
    case 'drop':
      return { kind, app, acts, pause };
  }
}

/** One line a person can follow. */
export function sentenceOf(act: Act): string {
  const { kind, pause: _, ...rest } = act;
  return [kind, ...Object.values(rest).map((value) => (typeof value === 'number' ? value.toFixed(2) : value))].join(
    ' ',
  );
}

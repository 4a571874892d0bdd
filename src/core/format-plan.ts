import type { Cause, FieldValues } from '../model/change.ts';
import type { Mend } from '../model/mend.ts';
import type { Refresh } from '../model/on-change.ts';
import type { Plan, ServiceCause, Step } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { isImageId, parseImageRef } from './image-ref.ts';
import { inWords } from './windows.ts';

/** The reason for a change as a person would say it. */
export function sentence(cause: Cause): string {
  switch (cause.kind) {
    case 'new':
      return 'new';
    case 'image':
      return `image ${imageText(cause.from)} → ${imageText(cause.to)}`;
    case 'configuration':
      return `changed: ${cause.fields.map((field) => fieldText(field, cause.values)).join(', ')}`;
    case 'content':
      return `content changed: ${cause.paths.join(', ')}${cause.whyNew === undefined ? '' : ` (${cause.whyNew})`}`;
    case 'missing':
      return 'its container is gone';
    case 'stopped':
      return `found ${cause.found}`;
    case 'image-swapped':
      return 'runs another image than was deployed';
    case 'paused':
      return 'found paused';
    case 'renamed':
      return `container name ${cause.from} → ${cause.to}`;
    case 'altered':
      return `altered on this host: ${cause.fields.join(', ')}`;
    case 'adopted':
      return `was taken over, and ${cause.differs}`;
    case 'other-release':
      return 'runs what another release left';
    case 'scale':
      return `replicas ${cause.from} → ${cause.to}`;
    case 'follows':
      return `follows ${cause.service} (${cause.relation})`;
    case 'network':
      return `its network ${cause.network} is made anew`;
    case 'not-declared':
      return 'no longer declared';
    case 'app-removed':
      return cause.hosts === undefined
        ? 'the app left the configuration'
        : `the app is for other hosts than this one (${cause.hosts.join(', ')})`;
    default:
      return cause satisfies never;
  }
}

/** `nginx:1.27 (4f06b3a6)`: the tag for people, the start of the digest for doubt. */
export function imageText(pinned: string): string {
  if (isImageId(pinned)) return pinned.slice(0, 'sha256:'.length + 8);
  const { name, tag, digest } = parseImageRef(pinned) ?? { name: pinned, tag: undefined, digest: undefined };
  const short = digest?.replace(/^sha256:/, '').slice(0, 8);
  return `${name}${tag === undefined ? '' : `:${tag}`}${short === undefined ? '' : ` (${short})`}`;
}

const conditions = { started: 'until started', healthy: 'until healthy', completed: 'until done' } as const;

/** One line a touched thing: verb, what, why. */
export function stepLines(step: Step): readonly string[] {
  switch (step.kind) {
    case 'pull':
      return [line('pull', imageText(step.image), `for ${step.services.join(', ')}`)];
    case 'build':
      return [line('build', step.service, `as ${step.tag}`)];
    case 'files':
      return [line('files', step.paths.join(', '), '')];
    case 'remove-network':
      return [line('remove', `network ${step.network.name}`, sentence(step.cause))];
    case 'await':
      return [line('wait', step.services.join(', '), conditions[step.condition])];
    case 'mend':
      return mendLines(step);
    case 'hook':
      return [line('hook', step.service, hookText(step))];
    case 'check':
      return [line('check', step.check, step.advisory ? 'only to tell' : '')];
    case 'refresh':
      return refreshLines(step);
    default:
      return step.services.map((service) => serviceLine(step.kind, service));
  }
}

const moments = {
  pre_deploy: 'before anything is touched',
  post_deploy: 'when all is well',
  on_failure: 'only if a step fails',
  pre_remove: 'before it is removed',
} as const;

/** `pre_deploy: before anything is touched, 5m at most; cannot be undone`. */
function hookText({ moment, limit, irreversible }: Extract<Step, { kind: 'hook' }>): string {
  return `${moment}: ${moments[moment]}, ${inWords(limit)} at most${irreversible ? '; cannot be undone' : ''}`;
}

type RefreshStep = Extract<Step, { kind: 'refresh' }>;

const refreshVerbs = { restart: 'restart', signal: 'signal', ignore: 'keep' } as const;

const refreshLines = ({ by, services }: RefreshStep): readonly string[] =>
  services.map(({ service, cause }) => {
    const signals = by.kind === 'signal' ? `${signalNames(by)}, ` : '';
    return line(refreshVerbs[by.kind], service, `${signals}${sentence(cause)}`);
  });

const signalNames = ({ signals }: Extract<Refresh, { kind: 'signal' }>): string =>
  signals.map((signal) => `SIG${signal}`).join(', ');

const serviceLine = (verb: string, { service, cause }: ServiceCause): string => line(verb, service, sentence(cause));

/** One line a repair. A step of one container is told by its service, one of several by the containers. */
function mendLines({ services, mends }: Extract<Step, { kind: 'mend' }>): readonly string[] {
  const isOne = new Set(mends.map(({ container }) => container.id)).size <= 1;
  const named = services.map(({ service }) => service).join(', ');
  const fields = services.flatMap(({ cause }) => (cause.kind === 'altered' ? cause.fields : []));
  return mends.map((mend) => line('mend', isOne ? named : mend.container.name, mendText(mend, fields)));
}

/** `fields`: what was found altered, each with its values behind its name. */
function mendText(mend: Mend, fields: readonly string[]): string {
  switch (mend.kind) {
    case 'unpause':
      return 'unpause';
    case 'rename':
      return `rename ${mend.container.name} to ${mend.to}`;
    case 'connect':
      return `reconnect network ${mend.network}`;
    case 'disconnect':
      return `disconnect network ${mend.network}`;
    case 'update':
      return Object.keys(mend.fields)
        .map((name) => fields.find((field) => field === name || field.startsWith(`${name} `)) ?? name)
        .join(', ');
    default:
      return mend satisfies never;
  }
}

/** Characters of a value in a sentence; where more is to be told, the field is named only. */
const longestValue = 40;

function fieldText(field: string, values: readonly FieldValues[] = []): string {
  const known = values.find((one) => one.field === field);
  if (known === undefined) return field;
  const { from = 'none', to = 'none' } = known;
  return Math.max(from.length, to.length) > longestValue ? field : `${field} (${from} → ${to})`;
}

const line = (verb: string, what: string, why: string): string =>
  `  ${verb.padEnd(8)} ${what.padEnd(14)} ${why}`.trimEnd();

export const formatSteps = (plan: Plan): readonly string[] => plan.steps.flatMap(stepLines);

/** Short name of a step for progress, entries and errors: `replace web, api`. */
export function stepTitle(step: Step): string {
  switch (step.kind) {
    case 'pull':
      return `pull ${imageText(step.image)}`;
    case 'build':
      return `build ${step.service}`;
    case 'files':
      return `files ${step.paths.join(', ')}`;
    case 'remove-network':
      return `remove network ${step.network.name}`;
    case 'await':
      return `wait for ${step.services.join(', ')} ${conditions[step.condition]}`;
    case 'hook':
      return `hook ${step.service} (${step.moment})`;
    case 'check':
      return `check ${step.check}`;
    case 'refresh':
      return `${refreshVerbs[step.by.kind]} ${namesOf(step)}${step.by.kind === 'signal' ? ` (${signalNames(step.by)})` : ''}`;
    default:
      return `${step.kind} ${namesOf(step)}`;
  }
}

const namesOf = ({ services }: { readonly services: readonly ServiceCause[] }): string =>
  services.map(({ service }) => service).join(', ');

const marks = { allow: '·', warn: '!', deny: '✗' } as const;

export const verdictLines = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.flatMap(({ ruling, gate, service, reason, lift }) => [
    `  ${marks[ruling]} ${gate}: ${service === undefined ? '' : `${service} `}${reason}`,
    ...(ruling === 'deny' && lift !== undefined ? [`      to allow it: ${lift}`] : []),
  ]);

import { mapLimit } from '../core/concurrency.ts';
import { signerText } from '../core/provenance.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App, Ref } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Observed } from '../model/observed.ts';
import type { PlanReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Source } from '../ports.ts';
import { atOnce } from './app-passes.ts';
import { candidate } from './candidate.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';
import { planFailure } from './plan-failure.ts';
import { propose } from './propose.ts';
import { select } from './selection.ts';
import { storedReleases } from './target.ts';
import { vouched } from './vouch.ts';

/** What would come of a ref that no app follows. Nothing is remembered of it, and nothing written down. */
export function previewing(house: House): Pick<Harbor, 'preview'> {
  const { config, context } = house;
  return {
    async preview(names, ref) {
      const { apps } = select(config(), names, []);
      assertOneRepository(apps, ref);
      const observed = await context.engine.observe();
      return mapLimit(apps, atOnce, (app) => previewOf(app, ref, observed, house));
    },
  };
}

/** A ref is a name in one repository. */
function assertOneRepository(apps: readonly App[], ref: string): void {
  const urls = [...new Set(apps.map(({ repository }) => repository.url))];
  if (urls.length < 2) return;
  throw new HarborError(`"${ref}" may be a ref of any of ${urls.length} repositories: ${urls.join(', ')}`, {
    code: 'usage',
    hint: `Name the apps that are meant: harbormaster plan --ref ${ref} APP`,
  });
}

async function previewOf(app: App, ref: string, observed: Observed, house: House): Promise<PlanReport> {
  const { context, inspections, pins, unseen: source } = house;
  try {
    const history = context.journal.of(app.name);
    const found = await findRef(app, ref, source);
    const aim = { ...app, ref: found.ref };
    const { revision, verdicts } = await vouching(aim, await source.fetch(aim, found.commit), history, source);
    const known = await storedReleases(app, history?.deployed?.release, context.releases);
    const release = await candidate(aim, revision, known, { ...context, source, pins });
    const near = await inspections.within(observed, app);
    const proposal = await propose({ app: aim, revision, release, observed: near, history }, context);
    const { changes, plan } = proposal;
    const { digest, warnings } = release;
    const said = [...verdicts, ...proposal.verdicts];
    const planned = { app: app.name, revision, release: digest, changes, plan, verdicts: said, warnings };
    return { kind: 'planned', ...planned, preview: { ref: ref } };
  } catch (error) {
    return planFailure(app.name, error, context.redact);
  }
}

interface Found {
  readonly ref: Ref;
  readonly commit: string;
}

/** A commit by its whole id, a branch, or a tag. Throws `ref-missing`, or what keeps the repository from telling. */
async function findRef(app: App, name: string, source: Source): Promise<Found> {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)) {
    return { ref: { kind: 'commit', name }, commit: name.toLowerCase() };
  }
  const kinds = ['branch', 'tag'] as const;
  const hints: string[] = [];
  for (const kind of kinds) {
    const ref = { kind, name };
    const commit = (await source.look([{ ...app, ref }])).get(app.name);
    if (typeof commit === 'string') return { ref, commit };
    const error = asHarborError(commit);
    if (error.code !== 'ref-missing') throw error;
    hints.push(error.hint ?? '');
    if (kind === 'tag') throw noSuchRef(app, name, hints, error);
  }
  throw new HarborError(`nobody looked for "${name}"`, { code: 'bug' });
}

function noSuchRef({ repository }: App, name: string, hints: readonly string[], cause: HarborError): HarborError {
  const isAbbreviated = /^[0-9a-f]{7,39}$/i.test(name);
  return new HarborError(`${repository.url} has no branch and no tag "${name}"`, {
    code: 'ref-missing',
    hint: isAbbreviated
      ? 'If it is a commit: write all 40 characters, as `git rev-parse` prints them.'
      : `As a branch: ${hints.join(' As a tag: ')}`,
    cause,
  });
}

const doubts: ReadonlySet<string> = new Set(['source-unverified', 'history-rewritten']);

/** What would keep it from being deployed is told, and does not keep it from being looked at. */
async function vouching(app: App, revision: Revision, history: AppHistory | undefined, source: Source) {
  const about = { gate: 'signature', service: undefined } as const;
  try {
    const signed = await vouched(app, revision, history, source);
    const { signer } = signed;
    const verdicts: readonly Verdict[] =
      signer === undefined
        ? []
        : [{ ...about, ruling: 'allow', reason: `signed by ${signerText(signer)}`, lift: undefined }];
    return { revision: signed, verdicts };
  } catch (thrown) {
    const { code, message, hint } = asHarborError(thrown);
    if (!doubts.has(code)) throw thrown;
    const lift = hint ?? 'Mend it in Git, and push.';
    const verdicts: readonly Verdict[] = [{ ...about, ruling: 'deny', reason: message, lift }];
    return { revision, verdicts };
  }
}

import { jobProfile } from '../core/job-services.ts';
import type { App } from '../model/app.ts';
import type { Policy } from '../model/policy.ts';
import type { CheckReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import { type Candidates, candidate } from './candidate.ts';
import { judge } from './judge.ts';
import type { Parts } from './parts.ts';
import type { PinBook } from './pins.ts';

export type Checking = Omit<Candidates, 'pins' | 'live'> &
  Pick<Parts, 'gates' | 'clock'> & { readonly live: Pick<Parts['live'], 'folders' | 'leads'> };

/** No registry is asked: whether an image may be run is a matter of its name. */
const asWritten: PinBook = {
  pinAll: async (model, builds) => ({
    warnings: [],
    pins: new Map(
      Object.entries(model.services).flatMap(([name, { image }]) => {
        const built = builds.find(({ service }) => service === name);
        const requested = built?.tag ?? image;
        if (requested === undefined) return [];
        const from = built === undefined ? 'reference' : 'build';
        return [[name, { requested, pinned: requested, platformDigest: undefined, resolvedAt: '', from }]];
      }),
    ),
  }),
  moved: async () => false,
};

/** The release that the files of a working tree mean, and what the gates say of it. Neither engine nor Git nor registry is asked. */
export async function judgedFiles(app: App, revision: Revision, parts: Checking) {
  const release = await candidate(app, revision, [], { ...parts, pins: asWritten });
  const plan = { app: app.name, project: app.project, release: release.digest, steps: [] };
  const { verdicts } = await judge({ app, release, plan }, parts);
  return { release, verdicts };
}

/** What a host with this policy would say of the compose files of a working tree, rendered and sealed as for a deployment. */
export async function checkPolicy(app: App, revision: Revision, parts: Checking): Promise<CheckReport> {
  const { release, verdicts } = await judgedFiles(app, revision, parts);
  return { preset: app.policy.preset, verdicts, warnings: release.warnings };
}

interface Files {
  /** Of the folder that relative paths start from. */
  readonly name: string;
  readonly project: string;
  /** Folder and files, as paths of the tree. */
  readonly path: string;
  readonly composeFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly policy: Policy;
}

/** Files that no configuration names, as an app. Which services are hooks is not known: what may be one is judged like the others. */
export const appOfFiles = (files: Files): App => ({
  ...files,
  profiles: [...new Set([...files.profiles, jobProfile])],
  hooks: [],
  checks: [],
  repository: { id: files.name, url: '', credentials: { kind: 'none' }, certificateAuthority: undefined },
  ref: { kind: 'branch', name: '' },
  unsetVariables: 'warn',
  submodules: false,
  enabled: true,
  interval: 0,
  staleAfter: 0,
  health: { deadline: 0, minReady: 0 },
  strategy: 'recreate',
  deploy: 'auto',
  approval: { approvals: 1, notByAuthor: true, expiresAfter: 0 },
  drift: 'correct',
  onFailure: 'rollback',
  onChange: {},
  dependsOn: [],
  removal: { onRemove: 'down', grace: 0 },
  windows: [],
});

const nobody = { name: '', email: '', at: '' };
/** Of files that are not committed. */
export const notCommitted: Revision = {
  repository: 'this folder',
  ref: '',
  commit: 'present',
  author: nobody,
  committer: nobody,
  subject: '',
};

import type { Argv } from '../process.ts';
import { signatureFields } from './signatures.ts';

/** The commands that we run. Settings and credentials come through the environment, never through here. */

export const init = (folder: string, objectFormat: string): Argv => [
  'git',
  'init',
  '--quiet',
  '--bare',
  '--template=',
  '--initial-branch=none',
  `--object-format=${objectFormat}`,
  folder,
];

export interface FetchShape {
  /** 0: the whole history. */
  readonly depth: number;
  /** Whether to get what is below the point where an earlier fetch stopped, too. */
  readonly unshallow: boolean;
  /** Whether refs that the server no longer has go first: a folder can be in the way of a new name. */
  readonly prune: boolean;
}

export const fetch = (url: string, refspecs: readonly string[], { depth, unshallow, prune }: FetchShape): Argv => [
  'git',
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--no-show-forced-updates',
  ...(depth > 0 ? [`--depth=${depth}`] : []),
  ...(unshallow ? ['--unshallow'] : []),
  ...(prune ? ['--prune'] : []),
  '--end-of-options',
  url,
  ...refspecs,
];

export const lsRemote = (url: string, patterns: readonly string[]): Argv => [
  'git',
  'ls-remote',
  '--quiet',
  '--end-of-options',
  url,
  ...patterns,
];

/** Ends with 0 only if the commit, its trees and its files are all there. */
export const connected = (commit: string): Argv => ['git', 'rev-list', '--objects', '--quiet', '--no-walk', commit];

export const hasCommit = (commit: string): Argv => ['git', 'cat-file', '-e', `${commit}^{commit}`];

export const tidy: Argv = ['git', 'gc', '--quiet', '--prune=2.days.ago'];

export const catFile: Argv = ['git', 'cat-file', '--batch'];

/** Settings of a `.gitmodules` blob as `key\nvalue\0`; it includes no other file. */
export const gitmodules = (blob: string): Argv => [
  'git',
  'config',
  '--no-includes',
  '--blob',
  blob,
  '--list',
  '--null',
];

/** Ends with 0 if `base` is the commit or leads to it. */
export const isAncestor = (base: string, commit: string): Argv => ['git', 'merge-base', '--is-ancestor', base, commit];

export const keepRef = (name: string, commit: string): Argv => ['git', 'update-ref', '--no-deref', name, commit];

export const resolveRef = (name: string): Argv => ['git', 'rev-parse', '--verify', '--end-of-options', name];

export const remoteUrl: Argv = ['git', 'config', '--no-includes', '--get', 'remote.origin.url'];

export const rawObject = (type: 'commit' | 'tag', id: string): Argv => ['git', 'cat-file', type, id];

export const verifyTag = (id: string): Argv => ['git', 'verify-tag', id];

/** Of the commit alone; or of all that it leads to besides what `since` leads to. */
export const signatures = (commit: string, range: { readonly since: string | undefined } | undefined): Argv => [
  'git',
  'log',
  '-z',
  '--no-show-signature',
  '--no-mailmap',
  `--format=${signatureFields.join('%x00')}`,
  ...(range === undefined ? ['--no-walk'] : []),
  commit,
  ...(range?.since === undefined ? [] : ['--not', range.since]),
];

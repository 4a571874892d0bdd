import { describe, expect, test } from 'vitest';
import { mountedAs, refreshment, writtenInPlace } from '../../src/core/on-change.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { OnChange, OnChangeRules } from '../../src/model/on-change.ts';
import type { GitObject } from '../../src/model/revision.ts';
import { folders, model, sealed } from '../support/builders.ts';

const hup: OnChange = { kind: 'signal', signal: 'HUP' };
const usr1: OnChange = { kind: 'signal', signal: 'USR1' };
const ignore: OnChange = { kind: 'ignore' };
const restart: OnChange = { kind: 'restart' };
const { live } = folders;

const bind = (path: string, target = `/etc/${path}`) => ({
  type: 'bind',
  source: `${folders.scratch}/${path}`,
  target,
});

const blob = (id: string, at?: string): GitObject => ({ id, type: 'blob', ...(at !== undefined && { at }) });
const tree = (id: string): GitObject => ({ id, type: 'tree' });

type Objects = Readonly<Record<string, GitObject>>;

const web: ComposeService = {
  image: 'web:1',
  volumes: [bind('web.conf'), bind('pages')],
  configs: [{ source: 'site' }, { source: 'inline' }],
  secrets: [{ source: 'cert' }],
};

/** A release whose `web` mounts a file, a folder, a config and a secret from files, and a config that is written down. */
const release = (objects: Objects, more: Partial<ComposeService> = {}, inline = 'a'): ReturnType<typeof sealed> =>
  sealed(declared({ ...web, ...more }, inline), {
    objects: new Map(
      Object.entries({
        'web.conf': blob('w1'),
        pages: tree('p1'),
        'site.conf': blob('s1'),
        'cert.pem': blob('c1'),
        ...objects,
      }),
    ),
  });

const declared = (service: ComposeService, inline: string): ComposeModel =>
  model(
    { web: service },
    {
      configs: { site: { file: `${folders.scratch}/site.conf` }, inline: { content: inline } },
      secrets: { cert: { file: `${folders.scratch}/cert.pem` } },
    },
  );

const before = release({});
const digestOf = ({ services }: typeof before) => services[0]?.digest;
const act = (to: typeof before, rules: OnChangeRules['web'], from = before, ...more: (typeof before)[]) =>
  refreshment('web', [digestOf(from), ...more.map(digestOf)], to, {
    rules: { web: rules ?? {} },
    live,
    releases: [to, from, ...more],
  });

describe('what becomes of a service whose files changed', () => {
  const after = release({ 'web.conf': blob('w2') });

  test('is what the rule for the file says, else what the one for all says, else a new container', () => {
    expect(act(after, { 'web.conf': hup })).toEqual({
      by: { kind: 'signal', signals: ['HUP'] },
      content: ['web.conf'],
    });
    expect(act(after, { '*': restart })).toEqual({ by: restart, content: ['web.conf'] });
    expect(act(after, { '*': restart, 'web.conf': { kind: 'recreate' } })).toBeUndefined();
    expect(act(after, { pages: hup })).toBeUndefined();
    expect(refreshment('web', [digestOf(before)], after, { rules: {}, live, releases: [before] })).toBeUndefined();
  });

  test('is the strongest of what several changes ask for', () => {
    const more = release({ 'web.conf': blob('w2'), pages: tree('p2'), 'site.conf': blob('s2') });
    const by = (rules: OnChangeRules['web']) => act(more, rules)?.by;
    expect(by({ '*': ignore })).toEqual(ignore);
    expect(by({ '*': ignore, pages: hup })).toEqual({ kind: 'signal', signals: ['HUP'] });
    expect(by({ 'config site': usr1, pages: hup, 'web.conf': hup })).toEqual({
      kind: 'signal',
      signals: ['USR1', 'HUP'],
    });
    expect(by({ '*': hup, pages: restart })).toEqual(restart);
    expect(by({ 'config site': usr1, pages: hup })).toBeUndefined();
  });

  test('is a new container where anything else changed, or where nobody knows what it was', () => {
    const rules = { '*': hup };
    expect(act(release({ 'web.conf': blob('w2') }, { environment: { A: '1' } }), rules)).toBeUndefined();
    expect(act(release({ 'web.conf': blob('w2') }, { image: 'web:2' }), rules)).toBeUndefined();
    expect(
      refreshment('web', ['another'], after, { rules: { web: rules }, live, releases: [before, after] }),
    ).toBeUndefined();
    expect(
      refreshment('web', [undefined], after, { rules: { web: rules }, live, releases: [before, after] }),
    ).toBeUndefined();
  });

  test('counts every release that it may be of', () => {
    const other = release({ pages: tree('p2') });
    expect(act(after, { 'web.conf': hup, pages: usr1 }, before, other)?.by).toEqual({
      kind: 'signal',
      signals: ['USR1', 'HUP'],
    });
    expect(act(before, { 'web.conf': hup }, before, after)?.content).toEqual(['web.conf']);
    expect(act(after, { 'web.conf': hup }, before, other)).toBeUndefined();
  });
});

describe('content that a container does not see from where it is', () => {
  const rules = { '*': hup };

  test('a config that is written down is part of the container', () => {
    expect(act(release({}, {}, 'b'), rules)).toBeUndefined();
    expect(mountedAs('config inline', 'web', before, live)).toBeUndefined();
    expect(mountedAs('config site', 'web', before, live)?.path).toBe('site.conf');
    expect(mountedAs('secret cert', 'web', before, live)?.path).toBe('cert.pem');
  });

  test('a security profile is read when the container is made', () => {
    const secured = (id: string) =>
      release({ 'web.conf': blob(id) }, { security_opt: [`seccomp:${folders.scratch}/web.conf`] });
    expect(act(secured('w2'), rules, secured('w1'))).toBeUndefined();
  });

  test('a file that became a folder, a link, or a link to elsewhere', () => {
    expect(act(release({ 'web.conf': tree('w2') }), rules)).toBeUndefined();
    expect(act(release({ 'web.conf': blob('w2', 'conf/web.conf') }), rules)).toBeUndefined();
    const linked = (id: string, at: string) => release({ 'web.conf': blob(id, at) });
    expect(act(linked('w2', 'b'), rules, linked('w1', 'a'))).toBeUndefined();
    expect(act(linked('w2', 'a'), rules, linked('w1', 'a'))).toBeDefined();
  });
});

test('single files that a container must see change where it is are written into, by where they really are', () => {
  const linked = release({ 'web.conf': blob('w1', 'conf/web.conf') });
  const inPlace = (rules: OnChangeRules['web']) => writtenInPlace({ web: rules ?? {} }, linked, live);
  expect(inPlace({ '*': hup })).toEqual(['cert.pem', 'conf/web.conf', 'site.conf']);
  expect(inPlace({ '*': ignore, 'config site': restart, 'secret cert': { kind: 'recreate' } })).toEqual([
    'conf/web.conf',
  ]);
  expect(inPlace({ pages: hup })).toEqual([]);
  expect(writtenInPlace({ other: { '*': hup } }, linked, live)).toEqual([]);
});

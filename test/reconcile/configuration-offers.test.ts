import { expect, test } from 'vitest';
import { discoveryName } from '../../src/core/configuration.ts';
import { HarborError } from '../../src/errors.ts';
import type { ConfigurationSource, Discovery, KeptConfiguration } from '../../src/model/configuration.ts';
import { createConfigurationOffers } from '../../src/reconcile/configuration-offers.ts';
import { createSightings } from '../../src/reconcile/sightings.ts';
import { hostConfig } from '../cli/builders.ts';
import { FakeSource, ManualClock, silentLogger } from '../support/fakes.ts';

const from = (overrides: Partial<ConfigurationSource> = {}): ConfigurationSource => ({
  repository: {
    id: 'hosts',
    url: 'https://git.example.com/ops/hosts.git',
    credentials: { kind: 'none' },
    certificateAuthority: undefined,
  },
  ref: { kind: 'branch', name: 'main' },
  path: 'harbormaster.yml',
  interval: 60_000,
  verify: undefined,
  ...overrides,
});

const verify = {
  mode: 'head',
  allowedSigners: { file: '/etc/harbormaster/allowed_signers', digest: 'd' },
  descendantsOnly: true,
} as const;

/** A host whose disk is `disk`. */
function rig(disk: { kept: KeptConfiguration } = { kept: { texts: {}, findings: {} } }) {
  const source = new FakeSource();
  source.files = { 'harbormaster.yml': 'apps: {}' };
  const clock = new ManualClock();
  const sightings = createSightings({ source, clock, random: () => 0.5, follows: () => [] });
  const saved: KeptConfiguration[] = [];
  const keeper = {
    load: async () => disk.kept,
    async save(kept: KeptConfiguration) {
      saved.push(kept);
      disk.kept = kept;
    },
  };
  return {
    source,
    clock,
    sightings,
    saved,
    disk,
    offers: createConfigurationOffers({ sightings, keeper, logger: silentLogger }),
  };
}

test('what is in force is kept, written once, and offered after a restart while Git is down', async () => {
  const { offers, saved, disk } = rig();
  const { newest, kept } = await offers.text(from());
  if (newest instanceof Error) throw newest;
  expect(newest).toMatchObject({ text: 'apps: {}', revision: { subject: 'a change' } });
  expect(kept).toBeUndefined();
  const config = hostConfig({ source: from(), text: newest });
  await offers.keep(config);
  await offers.keep(config);
  expect(saved).toHaveLength(1);
  const later = rig(disk);
  later.source.error = new HarborError('it does not answer', { code: 'source-unreachable' });
  expect(await later.offers.text(from())).toMatchObject({ newest: { code: 'source-unreachable' }, kept: newest });
  // Another ref, path or repository is another configuration.
  expect((await later.offers.text(from({ path: 'other.yml' }))).kept).toBeUndefined();
});

test('another commit that says the same is no other configuration', async () => {
  const { offers, source, sightings } = rig();
  const { newest } = await offers.text(from());
  if (newest instanceof Error) throw newest;
  await offers.keep(hostConfig({ source: from(), text: newest }));
  source.commit = 'b'.repeat(40);
  sightings.forget();
  const { newest: after, kept } = await offers.text(from());
  expect(after).toBe(kept);
  source.files = { 'harbormaster.yml': 'apps: {} # other' };
  expect((await offers.text(from())).newest).toMatchObject({ revision: { commit: 'b'.repeat(40) } });
});

test('a commit without the file, and a file that is no text, are told with what to do', async () => {
  const { offers, source } = rig();
  source.files = {};
  expect((await offers.text(from())).newest).toMatchObject({
    code: 'config-missing',
    message: 'there is no file harbormaster.yml in https://git.example.com/ops/hosts.git at c0ffee000000',
    hint: expect.stringContaining('--config-path'),
  });
  source.read = async () => Buffer.from([0xff, 0xfe]);
  expect((await offers.text(from())).newest).toMatchObject({ code: 'config-invalid' });
});

test('a commit that nobody of the list signed, or that does not follow the one in force, is not used', async () => {
  const { offers, source, sightings } = rig();
  const { newest } = await offers.text(from({ verify }));
  if (newest instanceof Error) throw newest;
  expect(newest.revision.signer).toMatchObject({ principal: 'ada@example.org' });
  await offers.keep(hostConfig({ source: from({ verify }), text: newest }));
  source.commit = 'b'.repeat(40);
  source.proven = { ...source.proven, follows: false };
  sightings.forget();
  expect((await offers.text(from({ verify }))).newest).toMatchObject({
    code: 'history-rewritten',
    hint: expect.stringContaining('descendants_only: false'),
  });
  expect((await offers.text(from({ verify: { ...verify, descendantsOnly: false } }))).newest).not.toBeInstanceOf(Error);
  expect(source.asked.at(-1)).toMatchObject({ since: 'c0ffee0000000000000000000000000000000000' });
  source.proven = { follows: true, signature: { kind: 'none' } };
  expect((await offers.text(from({ verify }))).newest).toMatchObject({ code: 'source-unverified' });
});

test('what could not be fetched is asked for again after the interval, what is wrong is not', async () => {
  const { offers, source, sightings, clock } = rig();
  const following = { name: ' configuration', repository: from().repository, ref: from().ref, interval: 60_000 };
  source.fetch = async () => {
    throw new HarborError('the connection broke', { code: 'source-unreachable' });
  };
  expect((await offers.text(from())).newest).toMatchObject({ code: 'source-unreachable' });
  expect(sightings.isNews(following)).toBe(false);
  clock.advance(61_000);
  expect(sightings.isNews(following)).toBe(true);
  const other = rig();
  other.source.files = {};
  await other.offers.text(from());
  other.clock.advance(61_000);
  expect(other.sightings.isNews(following)).toBe(false);
});

const discovery: Discovery = {
  of: 'discover[0]',
  repository: from().repository,
  ref: { kind: 'branch', name: 'main' },
  interval: 60_000,
  search: { patterns: ['apps/*/compose.yaml'], exclude: [] },
  verify: undefined,
};

test('folders are offered with what they say of themselves; what says the same is no other finding', async () => {
  const { offers, source, sightings } = rig();
  source.files = {
    'apps/shop/compose.yaml': '1',
    'apps/shop/harbormaster.app.yml': 'hosts: web-*',
    'other/compose.yaml': '1',
  };
  const { newest, kept } = await offers.folders(discovery);
  if (newest instanceof Error) throw newest;
  expect(newest.folders).toEqual([{ folder: 'apps/shop', files: ['compose.yaml'], settings: 'hosts: web-*' }]);
  expect(kept).toBeUndefined();
  await offers.keep(hostConfig({ discoveries: [discovery], findings: { [discoveryName(discovery)]: newest } }));
  source.commit = 'b'.repeat(40);
  source.files = { ...source.files, 'apps/shop/compose.yaml': '2' };
  sightings.forget();
  expect((await offers.folders(discovery)).newest).toBe(newest);
  source.files = { ...source.files, 'apps/blog/compose.yaml': '1' };
  expect((await offers.folders(discovery)).newest).toMatchObject({
    folders: [{ folder: 'apps/shop' }, { folder: 'apps/blog' }].sort((a, b) => (a.folder < b.folder ? -1 : 1)),
  });
});

test('a commit that nobody of the list signed brings no folder, and takes none away', async () => {
  const { offers, source, sightings } = rig();
  source.files = { 'apps/shop/compose.yaml': '1' };
  const signed = { ...discovery, verify };
  const { newest } = await offers.folders(signed);
  if (newest instanceof Error) throw newest;
  await offers.keep(hostConfig({ discoveries: [signed], findings: { [discoveryName(signed)]: newest } }));
  source.commit = 'b'.repeat(40);
  source.files = {};
  source.proven = { follows: true, signature: { kind: 'none' } };
  sightings.forget();
  expect(await offers.folders(signed)).toMatchObject({ newest: { code: 'source-unverified' }, kept: newest });
});

import { discoveryFollowing, discoveryName, followingOf, sourceName } from '../core/configuration.ts';
import { canonical } from '../core/digest.ts';
import { signerOf } from '../core/provenance.ts';
import { asHarborError, faultOf, HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type {
  ConfigurationSource,
  ConfigurationText,
  Discovery,
  Finding,
  Following,
  KeptConfiguration,
  Offer,
} from '../model/configuration.ts';
import type { Revision } from '../model/revision.ts';
import type { Verification } from '../model/verification.ts';
import type { ConfigurationKeeper, Logger, Source } from '../ports.ts';
import { decoded } from './decoded.ts';
import { foundFolders } from './found-folders.ts';
import type { Sightings } from './sightings.ts';

/** What Git has of the configuration now, and what of it was in force last. */
export interface ConfigurationOffers {
  text(source: ConfigurationSource): Promise<Offer<ConfigurationText>>;
  folders(discovery: Discovery): Promise<Offer<Finding>>;
  /** What is in force now is what is offered from then on where nothing newer can be had, also after a restart. */
  keep(config: HostConfig): Promise<void>;
}

interface OffersOptions {
  readonly sightings: Sightings;
  readonly keeper: ConfigurationKeeper;
  readonly logger: Logger;
}

/** Bytes of a configuration file. */
const largest = 1024 * 1024;

export function createConfigurationOffers({ sightings, keeper, logger }: OffersOptions): ConfigurationOffers {
  const { source } = sightings;
  let loaded: Promise<KeptConfiguration> | undefined;
  const kept = (): Promise<KeptConfiguration> => {
    loaded ??= keeper.load();
    return loaded;
  };

  /** What Git has at the commit that a ref points at. */
  const newest = async <Thing>(
    following: Following,
    read: (commit: string) => Promise<Thing>,
  ): Promise<Thing | HarborError> => {
    try {
      return await read(await sightings.commit(following));
    } catch (error) {
      const failure = asHarborError(error);
      if (faultOf(failure.code) === 'world') sightings.again(following);
      return failure;
    }
  };

  return {
    async text(from) {
      const last = own((await kept()).texts, sourceName(from) ?? '');
      const found = await newest(followingOf(from), (commit) => textAt(commit, from, last, source));
      // Another commit that says the same is no other configuration.
      const isSame = !(found instanceof Error) && found.text === last?.text;
      return { newest: isSame ? last : found, kept: last };
    },
    async folders(discovery) {
      const last = own((await kept()).findings, discoveryName(discovery));
      const following = discoveryFollowing(discovery);
      const found = await newest(following, (commit) => foldersAt(commit, discovery, last, source));
      const isSame = !(found instanceof Error) && canonical(found.folders) === canonical(last?.folders ?? null);
      return { newest: isSame && last ? last : found, kept: last };
    },
    async keep({ source: from, text, findings }) {
      const before = await kept();
      const now = { texts: text === undefined ? {} : { [sourceName(from) ?? '']: text }, findings };
      if (canonical(now) === canonical(before)) return;
      loaded = Promise.resolve(now);
      await keeper.save(now).catch((error: unknown) => {
        logger.warn(
          { error },
          'the configuration in force could not be kept: while Git is down, a restart would not have it',
        );
      });
    },
  };
}

const own = <Thing>(things: Readonly<Record<string, Thing>>, name: string): Thing | undefined =>
  Object.hasOwn(things, name) ? things[name] : undefined;

async function textAt(
  commit: string,
  from: ConfigurationSource,
  last: ConfigurationText | undefined,
  source: Source,
): Promise<ConfigurationText> {
  const following = followingOf(from);
  const revision = await vouched(following, await source.fetch(following, commit), { from, last, source });
  const bytes = await source.read(from.repository, commit, from.path, largest);
  const where = `${revision.repository} at ${commit.slice(0, 12)}`;
  if (bytes === undefined)
    throw new HarborError(`there is no file ${from.path} in ${where}`, {
      code: 'config-missing',
      hint: 'Push one there, or name another with config.from.path (--config-path PATH).',
    });
  return { revision, text: decoded(bytes, `${from.path} in ${where}`) };
}

async function foldersAt(
  commit: string,
  discovery: Discovery,
  last: Finding | undefined,
  source: Source,
): Promise<Finding> {
  const following = discoveryFollowing(discovery);
  const revision = await vouched(following, await source.fetch(following, commit), { from: discovery, last, source });
  return { revision, folders: await foundFolders(discovery, commit, source) };
}

interface Vouching {
  readonly from: { readonly verify: Verification | undefined };
  readonly last: { readonly revision: Revision } | undefined;
  readonly source: Source;
}

/** The revision with its signer, where that is asked for. Throws `source-unverified` or `history-rewritten`. */
async function vouched(
  following: Following,
  revision: Revision,
  { from: { verify }, last, source }: Vouching,
): Promise<Revision> {
  if (verify === undefined) return revision;
  const since = last?.revision.commit;
  const bases = since === undefined ? [] : [since];
  const provenance = await source.provenance({ app: following, verify, revision, since, bases });
  const signer = signerOf(provenance, verify);
  if (verify.descendantsOnly && !provenance.follows) throw rewritten(revision, since);
  return { ...revision, signer };
}

const rewritten = ({ repository, commit, ref }: Revision, since: string | undefined): HarborError =>
  new HarborError(
    `commit ${commit} of ${ref} in ${repository} does not come after commit ${since}, which is in force: its history was rewound or rewritten`,
    {
      code: 'history-rewritten',
      hint: 'It is not followed by itself. If it was meant, set verify.descendants_only: false beside it until it is in force.',
    },
  );

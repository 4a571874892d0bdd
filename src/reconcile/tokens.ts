import { nearest } from '../core/nearest.ts';
import { isExpired, isTokenName } from '../core/tokens.ts';
import { parseUntil } from '../core/until.ts';
import { HarborError } from '../errors.ts';
import type { TokenRecord } from '../model/access.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Harbor, NewToken, Noted, TokenRequest } from './harbor.ts';
import type { House } from './house.ts';

/** Who may ask over the API. The log says what each token is good for. */
export function tokens({
  context,
  inTurn,
}: House): Pick<Harbor, 'createToken' | 'tokens' | 'revokeToken' | 'recognise'> {
  const { journal, clock, tokens: vault } = context;
  const all = (): readonly TokenRecord[] => journal.all().tokens ?? [];
  const one = (name: string): TokenRecord => all().find((token) => token.name === name) ?? unknown(name, all());

  const create = async (request: TokenRequest, trigger: Trigger): Promise<NewToken> => {
    const { name, role, apps } = request;
    if (!isTokenName(name)) throw unfit(name);
    if (all().some((token) => token.name === name)) throw taken(name);
    const expires = endOf(request, clock.now());
    const { id, token } = await vault.mint();
    const { seq, at } = await journal
      .record({ kind: 'token-created', token: id, name, role, apps, expires, trigger })
      .catch(async (error: unknown) => {
        await vault.drop(id);
        throw error;
      });
    return { token, record: { id, name, role, apps, expires, seq, since: at, by: trigger.by } };
  };

  const revoke = async (name: string, reason: string | undefined, trigger: Trigger): Promise<Noted> => {
    const { id } = one(name);
    const { seq } = await journal.record({ kind: 'token-revoked', token: id, name, trigger, reason });
    await vault.drop(id);
    return { app: undefined, entry: seq, summary: `the token ${name} is revoked: from now on it opens nothing` };
  };

  return {
    tokens: async () => all(),
    // One after the other: two of one name would be one person in the log, and to revoke it would leave one of them.
    createToken: (request, trigger) => inTurn(' tokens', () => create(request, trigger)),
    revokeToken: (name, reason, trigger) => inTurn(' tokens', () => revoke(name, reason, trigger)),
    async recognise(token) {
      const id = await vault.recognise(token);
      const record = all().find((each) => each.id === id);
      if (record === undefined || isExpired(record, clock.now())) return undefined;
      const { name, role, apps } = record;
      return { kind: 'token', name, role, apps };
    },
  };
}

function endOf({ expires }: TokenRequest, now: Date): string | undefined {
  if (expires === undefined) return undefined;
  const end = parseUntil(expires, now);
  if (end !== undefined && end > now) return end.toISOString();
  throw new HarborError(
    end === undefined ? `'${expires}' is neither a duration nor a time` : `${expires} is not in the future`,
    { code: 'usage', hint: 'Write 12h, 90d or 52w, or a time such as 2027-01-31T18:00Z.' },
  );
}

const unfit = (name: string): HarborError =>
  new HarborError(`'${name}' is no name for a token`, {
    code: 'usage',
    hint: 'Take letters, digits and "_.@+-", 63 at most: the name of a person or a program.',
  });

const taken = (name: string): HarborError =>
  new HarborError(`there is a token ${name} already`, {
    code: 'usage',
    hint: `Take another name, or revoke that one first: harbormaster token revoke ${name}`,
  });

function unknown(name: string, all: readonly TokenRecord[]): never {
  const names = all.map((token) => token.name);
  const meant = nearest(name, names);
  throw new HarborError(`there is no token ${name}`, {
    code: 'usage',
    hint: meant === undefined ? `There are: ${names.join(', ') || 'none'}.` : `Did you mean ${meant}?`,
  });
}

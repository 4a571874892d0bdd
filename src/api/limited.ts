import { seesApp, seesEntry, seesHost } from '../core/access.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { Caller, Right } from '../model/access.ts';
import type { Trigger } from '../model/trigger.ts';
import { assertMay, assertSees } from './limits.ts';
import type { Served } from './served.ts';

/**
 * A Harbor as one caller may use it: whatever a route asks of it, it goes no further than the caller's role and his apps, and shows no others.
 * Throws `forbidden`.
 */
export const limitedTo = (caller: Caller, harbor: Served): Served => ({
  ...seen(caller, harbor),
  ...done(caller, harbor),
  ...said(caller, harbor),
  ...administered(caller, harbor),
});

function seen(
  caller: Caller,
  harbor: Served,
): Pick<Served, 'plan' | 'preview' | 'status' | 'windows' | 'orphans' | 'log' | 'history' | 'audit' | 'trace'> {
  /** Of what was named, and of everything if nothing was. */
  const visible = async (names: readonly string[]): Promise<readonly string[] | 'all' | 'none'> => {
    assertMay(caller, 'read');
    for (const name of names) assertSees(caller, name);
    if (names.length > 0) return names;
    if (seesHost(caller)) return 'all';
    const { apps } = await harbor.status([]);
    const own = apps.map(({ app }) => app).filter((app) => seesApp(caller, app));
    return own.length === 0 ? 'none' : own;
  };
  /** An empty list means every app: it must not come of a caller who has none. */
  const over = async <Result>(
    names: readonly string[],
    ask: (names: readonly string[]) => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> => {
    const apps = await visible(names);
    if (apps === 'none') return [];
    return discreet(caller, () => ask(apps === 'all' ? [] : apps));
  };
  return {
    plan: (names) => over(names, harbor.plan),
    preview: (names, ref) => over(names, (apps) => harbor.preview(apps, ref)),
    async status(names) {
      assertMay(caller, 'read');
      for (const name of names) assertSees(caller, name);
      const host = await discreet(caller, () => harbor.status(names));
      const seen = <Of extends { readonly app: string }>(all: readonly Of[]) =>
        all.filter(({ app }) => seesApp(caller, app));
      return { ...host, apps: seen(host.apps), ...(host.leaving && { leaving: seen(host.leaving) }) };
    },
    windows: (names) => over(names, harbor.windows),
    async orphans() {
      assertMay(caller, 'read');
      assertSees(caller, undefined);
      return harbor.orphans();
    },
    async log(query, page) {
      assertMay(caller, 'read');
      for (const name of query.apps ?? []) assertSees(caller, name);
      const found = await harbor.log(query, page);
      return { ...found, entries: found.entries.filter((entry) => seesEntry(caller, entry)) };
    },
    async history(app, limit) {
      assertMay(caller, 'read');
      assertSees(caller, app);
      return discreet(caller, () => harbor.history(app, limit));
    },
    async audit(app, question) {
      assertMay(caller, 'read');
      assertSees(caller, app);
      return discreet(caller, () => harbor.audit(app, question));
    },
    async trace(what) {
      assertMay(caller, 'read');
      return (await harbor.trace(what)).filter(({ app }) => seesApp(caller, app));
    },
  };
}

type Doing = Pick<Served, 'apply' | 'retry' | 'rollback' | 'approve' | 'approveRemoval' | 'adopt'>;

/** What acts on containers. */
function done(caller: Caller, harbor: Served): Doing {
  const assertMayTo = (
    right: Right,
    names: readonly (string | undefined)[],
    { override, ignoreOrder }: Trigger,
  ): void => {
    assertMay(caller, right);
    if (override !== undefined || ignoreOrder !== undefined) assertMay(caller, 'operate');
    for (const name of names.length === 0 ? [undefined] : names) assertSees(caller, name);
  };
  return {
    async apply(names, trigger, progress) {
      assertMayTo('deploy', names, trigger);
      return discreet(caller, () => harbor.apply(names, trigger, progress));
    },
    async retry(names, trigger, progress) {
      assertMayTo('deploy', names, trigger);
      return discreet(caller, () => harbor.retry(names, trigger, progress));
    },
    async rollback(request, trigger, progress) {
      assertMayTo(request.hold ? 'operate' : 'deploy', [request.app], trigger);
      return discreet(caller, () => harbor.rollback(request, trigger, progress));
    },
    async approve(request, trigger, progress) {
      assertMayTo('approve', [request.app], trigger);
      return discreet(caller, () => harbor.approve(request, trigger, progress));
    },
    async approveRemoval(apps, reason, trigger, progress) {
      assertMayTo('approve', apps, trigger);
      return discreet(caller, () => harbor.approveRemoval(apps, reason, trigger, progress));
    },
    async adopt(request, trigger, progress) {
      assertMayTo('operate', [request.app], trigger);
      return discreet(caller, () => harbor.adopt(request, trigger, progress));
    },
  };
}

type Saying = Pick<Served, 'reject' | 'hold' | 'release' | 'suspend' | 'resume' | 'acceptHistory' | 'forget'>;

/** What is only written down. */
function said(caller: Caller, harbor: Served): Saying {
  const within = async <Result>(right: Right, app: string | undefined, say: () => Promise<Result>): Promise<Result> => {
    assertMay(caller, right);
    assertSees(caller, app);
    return discreet(caller, say);
  };
  return {
    reject: (request, trigger) => within('approve', request.app, () => harbor.reject(request, trigger)),
    hold: (app, reason, trigger) => within('operate', app, () => harbor.hold(app, reason, trigger)),
    release: (app, reason, trigger) => within('operate', app, () => harbor.release(app, reason, trigger)),
    suspend: (request, trigger) => within('operate', request.app, () => harbor.suspend(request, trigger)),
    resume: (app, reason, trigger) => within('operate', app, () => harbor.resume(app, reason, trigger)),
    acceptHistory: (app, reason, trigger) => within('operate', app, () => harbor.acceptHistory(app, reason, trigger)),
    forget: (app, reason, trigger) => within('operate', app, () => harbor.forget(app, reason, trigger)),
  };
}

/** Who may give rights may give himself any, of any app. */
function administered(caller: Caller, harbor: Served): Pick<Served, 'tokens' | 'createToken' | 'revokeToken'> {
  const assertAdmin = (): void => {
    assertMay(caller, 'administer');
    assertSees(caller, undefined);
  };
  return {
    async tokens() {
      assertAdmin();
      return harbor.tokens();
    },
    async createToken(request, trigger) {
      assertAdmin();
      return harbor.createToken(request, trigger);
    },
    async revokeToken(name, reason, trigger) {
      assertAdmin();
      return harbor.revokeToken(name, reason, trigger);
    },
  };
}

/** A hint that lists the names of the host's apps is not for those who may not see them. */
async function discreet<Result>(caller: Caller, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (thrown) {
    const error = asHarborError(thrown);
    if (seesHost(caller) || error.code !== 'app-unknown') throw thrown;
    throw new HarborError(error.message, { code: error.code });
  }
}

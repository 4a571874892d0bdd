import { HarborError } from '../errors.ts';
import { flag } from './option.ts';
import type { Call } from './verb.ts';

export const all = flag('all', 'the whole host: every app, also one that is added later');

/** The app that is named; undefined with --all. Throws `usage` for neither and for both: what concerns a whole host is never meant by the way. */
export function allOrOne(call: Call, verb: string): string | undefined {
  const [app] = call.operands;
  if (call.option(all) === (app === undefined)) return app;
  throw new HarborError(app === undefined ? `${verb} what?` : `${verb} ${app}, or the whole host?`, {
    code: 'usage',
    hint: `harbormaster ${verb} ${app ?? 'APP'}, or harbormaster ${verb} --all`,
  });
}

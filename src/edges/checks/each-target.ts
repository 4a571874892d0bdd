import { HarborError } from '../../errors.ts';
import type { CheckAnswer, CheckGround } from '../../ports.ts';
import { firstOpen } from './first-open.ts';
import { type Place, targetsOf } from './places.ts';

type Ask = (place: Place, limit: number) => Promise<CheckAnswer>;

/** Asks every container that a host and port mean; passes if all of them pass, and else tells of the first that did not. */
export async function eachTarget(
  { host, port }: Place,
  { what, ask }: { readonly what: string; readonly ask: Ask },
  ground: CheckGround,
): Promise<CheckAnswer> {
  const { limit, signal } = ground;
  const end = performance.now() + limit;
  const rest = () => Math.max(1, Math.round(end - performance.now()));
  const targets = await targetsOf({ host, port }, ground);
  let last: CheckAnswer = { passed: false, detail: `no container of ${host} runs`, output: '' };
  for (const { name, places } of targets) {
    const opened = await firstOpen(places, rest(), signal);
    const answer =
      'failure' in opened
        ? { passed: false, detail: `${what} could not be reached: ${opened.failure}`, output: '' }
        : await ask(opened.place, rest());
    if (signal.aborted) throw new HarborError('the check was ended', { code: 'interrupted' });
    last = name !== undefined && targets.length > 1 ? { ...answer, detail: `${name} ${answer.detail}` } : answer;
    if (!last.passed) return last;
  }
  return last;
}

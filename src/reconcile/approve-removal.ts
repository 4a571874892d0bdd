import { approveRemovalCommand } from '../core/removal.ts';
import { HarborError } from '../errors.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';
import { speaker } from './speaker.ts';

/** A person lets go what waits because too many apps left the configuration at once. */
export const approvingRemovals = ({ context, removals, passes }: House): Pick<Harbor, 'approveRemoval'> => ({
  async approveRemoval(names, reason, trigger, progress) {
    speaker(trigger, 'approves this removal');
    const wanted = [...new Set(names)].sort();
    assertMeant(wanted, await removals.guarded());
    await context.journal.record({ kind: 'removal-approved', apps: wanted, trigger, reason });
    const reports = await passes.over([], undefined, { trigger, progress, named: false });
    return reports.filter(({ app }) => wanted.includes(app));
  },
});

/** The very set that waits now: whoever means another one has not seen what would go. */
function assertMeant(wanted: readonly string[], waiting: readonly string[]): void {
  if (waiting.length === 0) {
    throw new HarborError('no removal waits for approval', {
      code: 'usage',
      hint: 'Apps leave by themselves unless more than config.removal_guard do at once. See: harbormaster status',
    });
  }
  if (wanted.join(' ') === [...waiting].sort().join(' ')) return;
  throw new HarborError(`these are not the apps that wait to be removed, which are ${waiting.join(', ')}`, {
    code: 'usage',
    hint: `Put back into the configuration what shall stay, or approve all of them: ${approveRemovalCommand(waiting)} --reason "WHY"`,
  });
}

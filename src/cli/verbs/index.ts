import type { Verb } from '../verb.ts';
import { acceptHistory } from './accept-history.ts';
import { adopt } from './adopt.ts';
import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { approveRemoval } from './approve-removal.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { completion } from './completion.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { forget } from './forget.ts';
import { healthcheck } from './healthcheck.ts';
import { history } from './history.ts';
import { hold } from './hold.ts';
import { init } from './init.ts';
import { install } from './install.ts';
import { log } from './log.ts';
import { logAcceptDamage } from './log-accept-damage.ts';
import { logChangeKey } from './log-change-key.ts';
import { logKey } from './log-key.ts';
import { logShow } from './log-show.ts';
import { logVerify } from './log-verify.ts';
import { notifyTest } from './notify-test.ts';
import { orphans } from './orphans.ts';
import { plan } from './plan.ts';
import { policy, policyShow } from './policy.ts';
import { policyCheck } from './policy-check.ts';
import { reject } from './reject.ts';
import { release } from './release.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { rollback } from './rollback.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { status } from './status.ts';
import { suspend } from './suspend.ts';
import { token, tokenList } from './token.ts';
import { tokenCreate } from './token-create.ts';
import { tokenRevoke } from './token-revoke.ts';
import { trace } from './trace.ts';
import { validate } from './validate.ts';
import { why } from './why.ts';
import { windows } from './windows.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  demo,
  init,
  validate,
  policy,
  policyShow,
  policyCheck,
  schema,
  doctor,
  notifyTest,
  install,
  backup,
  restore,
  completion,
  plan,
  apply,
  status,
  why,
  approve,
  reject,
  approveRemoval,
  windows,
  retry,
  rollback,
  hold,
  release,
  suspend,
  resume,
  acceptHistory,
  adopt,
  forget,
  orphans,
  log,
  logShow,
  logVerify,
  logKey,
  logChangeKey,
  logAcceptDamage,
  history,
  audit,
  trace,
  run,
  healthcheck,
  token,
  tokenCreate,
  tokenList,
  tokenRevoke,
];

import { acceptHistory } from './accept-history.ts';
import { adopt } from './adopt.ts';
import { app } from './app.ts';
import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { approveRemoval } from './approve-removal.ts';
import { audit } from './audit.ts';
import { createToken } from './create-token.ts';
import { doctor } from './doctor.ts';
import { events } from './events.ts';
import { forget } from './forget.ts';
import { health } from './health.ts';
import { healthz } from './healthz.ts';
import { history } from './history.ts';
import { hold } from './hold.ts';
import { log } from './log.ts';
import { logEntry } from './log-entry.ts';
import { me } from './me.ts';
import { metrics } from './metrics.ts';
import { orphans } from './orphans.ts';
import { plan } from './plan.ts';
import { preview } from './preview.ts';
import { readyz } from './readyz.ts';
import { reject } from './reject.ts';
import { release } from './release.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { revokeToken } from './revoke-token.ts';
import { rollback } from './rollback.ts';
import type { Route } from './route.ts';
import { status } from './status.ts';
import { suspend } from './suspend.ts';
import { tokens } from './tokens.ts';
import { trace } from './trace.ts';
import { verify } from './verify.ts';
import { webhook } from './webhook.ts';
import { windows } from './windows.ts';

export const routes: readonly Route[] = [
  health,
  me,
  status,
  plan,
  app,
  history,
  audit,
  trace,
  windows,
  orphans,
  log,
  logEntry,
  verify,
  doctor,
  preview,
  apply,
  retry,
  rollback,
  hold,
  release,
  suspend,
  resume,
  acceptHistory,
  adopt,
  forget,
  approve,
  reject,
  approveRemoval,
  events,
  tokens,
  createToken,
  revokeToken,
  webhook,
  healthz,
  readyz,
  metrics,
];

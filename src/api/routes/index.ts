import { acceptHistory } from './accept-history.ts';
import { adopt } from './adopt.ts';
import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { approveRemoval } from './approve-removal.ts';
import { forget } from './forget.ts';
import { health } from './health.ts';
import { hold } from './hold.ts';
import { plan } from './plan.ts';
import { preview } from './preview.ts';
import { reject } from './reject.ts';
import { release } from './release.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { rollback } from './rollback.ts';
import type { Route } from './route.ts';
import { status } from './status.ts';
import { suspend } from './suspend.ts';

export const routes: readonly Route[] = [
  health,
  status,
  plan,
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
];

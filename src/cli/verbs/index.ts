import type { Verb } from '../verb.ts';
import { apply } from './apply.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { healthcheck } from './healthcheck.ts';
import { init } from './init.ts';
import { log } from './log.ts';
import { logShow } from './log-show.ts';
import { logVerify } from './log-verify.ts';
import { plan } from './plan.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { status } from './status.ts';
import { validate } from './validate.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  demo,
  init,
  validate,
  schema,
  doctor,
  plan,
  apply,
  status,
  log,
  logShow,
  logVerify,
  run,
  healthcheck,
];

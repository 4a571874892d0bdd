import { policySentence } from '../core/policy.ts';
import type { Gate } from '../model/verdict.ts';

/** Says in each entry which policy was in force: what is not objected to was looked at by it. */
export const judgedBy: Gate = {
  name: 'policy',
  judge: ({ app }) => [
    { gate: 'policy', ruling: 'allow', service: undefined, reason: policySentence(app.policy), lift: undefined },
  ],
};

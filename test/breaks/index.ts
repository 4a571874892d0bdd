import { around } from './around.ts';
import type { Breaks } from './break.ts';
import { configuring } from './configuring.ts';
import { crashing } from './crashing.ts';
import { deploying } from './deploying.ts';
import { engines } from './engines.ts';
import { leaving } from './leaving.ts';
import { people } from './people.ts';
import { running } from './running.ts';
import { telling } from './telling.ts';

/** For every test of the scenarios, of torture and of the browser: how it was seen to fail. `npm run breaks` shows it again. */
export const breaks: Breaks = {
  ...deploying,
  ...people,
  ...running,
  ...leaving,
  ...configuring,
  ...crashing,
  ...around,
  ...telling,
  ...engines,
};

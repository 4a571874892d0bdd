import { apply } from './apply.ts';
import { health } from './health.ts';
import { plan } from './plan.ts';
import type { Route } from './route.ts';
import { status } from './status.ts';

export const routes: readonly Route[] = [health, status, plan, apply];

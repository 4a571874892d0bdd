import * as z from 'zod';

const must = 'must be the name of a service';

/** A service of the app, by its key in the compose file. */
export const serviceOption = z
  .string({ error: must })
  .regex(/^[a-zA-Z0-9._-]+$/, { error: must })
  .meta({ title: 'service name' });

import type { z } from 'zod';

/** A pluggable part: how the configuration names it (`type`), which options it takes, and how it is made from them. */
export interface Kind<Type extends string, Options extends z.ZodObject, Part> extends Definition<Type, Options, Part> {
  /** Makes the part from options that are not yet known to be right; throws zod's error. */
  readonly make: (options: unknown) => Part;
}

interface Definition<Type extends string, Options extends z.ZodObject, Part> {
  readonly type: Type;
  readonly options: Options;
  /** It runs programs of this host: a configuration that comes from a repository may not have it unless the host lets it. */
  readonly runsPrograms?: boolean;
  readonly create: (options: z.output<Options>) => Part;
}

export function defineKind<const Type extends string, Options extends z.ZodObject, Part>(
  definition: Definition<Type, Options, Part>,
): Kind<Type, Options, Part> {
  return { ...definition, make: (options) => definition.create(definition.options.parse(options)) };
}

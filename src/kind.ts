import type { z } from 'zod';

/** A pluggable part: how the configuration names it (`type`), which options it takes, and how it is made from them. */
export interface Kind<Type extends string, Options extends z.ZodObject, Part> {
  readonly type: Type;
  readonly options: Options;
  readonly create: (options: z.output<Options>) => Part;
}

export function defineKind<const Type extends string, Options extends z.ZodObject, Part>(
  kind: Kind<Type, Options, Part>,
): Kind<Type, Options, Part> {
  return kind;
}

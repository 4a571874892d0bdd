import { explain } from './explain.ts';
import { annotatedSchema } from './json-schema.ts';
import type { Problem } from './problems.ts';
import type { ConfigSchema } from './schema.ts';
import { sentence } from './sentences.ts';
import { type Node, nodeAt, toValue } from './tree.ts';

/** What the schema says against a configuration. What could not be followed is told elsewhere. */
export function shapeProblems(root: Node, schema: ConfigSchema): readonly Problem[] {
  const { error } = schema.safeParse(toValue(root), { error: sentence });
  if (!error) return [];
  return explain(error.issues, root, annotatedSchema(schema)).filter(({ path }) => isResolved(nodeAt(root, path)));
}

const isResolved = (node: Node | undefined): boolean => node?.kind !== 'scalar' || node.resolved;

/** What each name points at. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Circles of names that point at each other, each from its first name in the order of the graph on to the same name again: `a → b → a`. Empty only if
 * there is none; of circles that share a name one is told.
 */
export function circlesIn(graph: Graph): readonly (readonly string[])[] {
  const done = new Set<string>();
  return [...graph.keys()].flatMap((name) => {
    const circle = circleFrom(name, graph, done);
    return circle === undefined ? [] : [circle];
  });
}

/** A circle that is reached from a name, and not from one that was looked at before. Not recursive: nobody limits how long a chain is. */
function circleFrom(start: string, graph: Graph, done: Set<string>): readonly string[] | undefined {
  let circle: readonly string[] | undefined;
  const path: string[] = [];
  const branches: string[][] = [[start]];
  for (let open = branches.at(-1); open !== undefined; open = branches.at(-1)) {
    const name = open.shift();
    if (name === undefined) {
      branches.pop();
      const left = path.pop();
      if (left !== undefined) done.add(left);
    } else if (path.includes(name)) {
      circle ??= fromItsFirst(path.slice(path.indexOf(name)), graph);
    } else if (!done.has(name)) {
      path.push(name);
      branches.push([...(graph.get(name) ?? [])]);
    }
  }
  return circle;
}

function fromItsFirst(names: readonly string[], graph: Graph): readonly string[] {
  const first = [...graph.keys()].find((name) => names.includes(name)) ?? '';
  const at = names.indexOf(first);
  return [...names.slice(at), ...names.slice(0, at), first];
}

/** All that these names point at, directly or in the end; they themselves only where a circle leads back to them. */
export function reachedFrom(names: readonly string[], graph: Graph): readonly string[] {
  const found = new Set<string>();
  const open = names.flatMap((name) => graph.get(name) ?? []);
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(graph.get(name) ?? []));
  }
  return [...found];
}

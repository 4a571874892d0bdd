import { HarborError } from '../errors.ts';
import type { ReleaseService } from '../model/release.ts';

/** Services in waves: each wave needs only what earlier ones hold. Within a wave the order is the release's. */
export function waves(services: readonly ReleaseService[]): readonly (readonly ReleaseService[])[] {
  const names = new Set(services.map(({ name }) => name));
  const done = new Set<string>();
  const ordered: (readonly ReleaseService[])[] = [];
  while (done.size < names.size) {
    const ready = services
      .filter(({ name }) => !done.has(name))
      .filter((service) => needs(service).every((need) => done.has(need) || !names.has(need)));
    if (ready.length === 0) throw cycle(services.filter(({ name }) => !done.has(name)));
    for (const { name } of ready) done.add(name);
    ordered.push(ready);
  }
  return ordered;
}

const needs = ({ dependsOn, sharesWith }: ReleaseService): readonly string[] => [
  ...dependsOn.map(({ service }) => service),
  ...sharesWith,
];

function cycle(services: readonly ReleaseService[]): HarborError {
  const path: string[] = [];
  let next = services[0];
  while (next !== undefined && !path.includes(next.name)) {
    path.push(next.name);
    const wanted = needs(next);
    next = services.find(({ name }) => wanted.includes(name));
  }
  const circle = next === undefined ? path : [...path.slice(path.indexOf(next.name)), next.name];
  return new HarborError(`the services depend on each other in a circle: ${circle.join(' → ')}`, {
    code: 'dependency-cycle',
    hint: 'Take one `depends_on`, or one shared namespace or volume, away.',
  });
}

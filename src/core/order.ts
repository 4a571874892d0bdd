import { HarborError } from '../errors.ts';
import type { ReleaseService } from '../model/release.ts';
import { groupBy } from './group-by.ts';

/** Services in waves: each wave needs only what earlier ones hold. Within a wave the order is the release's. */
export function waves(services: readonly ReleaseService[]): readonly (readonly ReleaseService[])[] {
  const places = new Map(services.map(({ name }, place) => [name, place]));
  const waiting = services.map((service) => ({
    service,
    for: new Set(needs(service).filter((need) => places.has(need))),
  }));
  const waitingFor = groupBy(
    waiting.flatMap((one) => [...one.for].map((need) => ({ need, one }))),
    ({ need }) => need,
  );
  const freedBy = ({ name }: ReleaseService): readonly ReleaseService[] =>
    (waitingFor.get(name) ?? []).flatMap(({ one }) => {
      one.for.delete(name);
      return one.for.size === 0 ? [one.service] : [];
    });
  const place = ({ name }: ReleaseService): number => places.get(name) ?? 0;
  const ordered: (readonly ReleaseService[])[] = [];
  let ready = waiting.flatMap((one) => (one.for.size === 0 ? [one.service] : []));
  while (ready.length > 0) {
    ordered.push(ready);
    ready = ready.flatMap(freedBy).sort((left, right) => place(left) - place(right));
  }
  const stuck = waiting.flatMap((one) => (one.for.size > 0 ? [one.service] : []));
  if (stuck.length > 0) throw cycle(stuck);
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

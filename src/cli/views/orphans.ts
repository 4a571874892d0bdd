import type { Orphan, OrphanedThing } from '../../model/orphan.ts';
import { bad, dim, type Line, nextStep, strong, warn } from '../line.ts';
import { when } from '../moment.ts';
import { type Row, table } from '../table.ts';
import { counted } from './count.ts';

export function orphansView(orphans: readonly Orphan[], undiscovered: readonly string[], now: Date): readonly Line[] {
  const unsure = undiscovered.map(
    (place): Line => [warn(`Nobody knows yet which apps are found by ${place}: what is of them may be listed here.`)],
  );
  if (orphans.length === 0) return [...unsure, 'Nothing is left here of apps that are not declared.'];
  const things = orphans.flatMap(({ things }) => things);
  return [
    ...unsure,
    ...orphans.flatMap((orphan, at) => [...(at === 0 ? [] : ['']), ...orphanLines(orphan, now)]),
    '',
    `${counted(things.length, 'thing is', 'things are')} left of ${counted(orphans.length, 'app')}. Nothing was removed.`,
    ...(things.some(isData)
      ? nextStep('Volumes and data are gone for good once they are removed: look into them first.')
      : []),
  ];
}

const isData = ({ kind }: OrphanedThing): boolean => kind === 'volume' || kind === 'data';

function orphanLines(orphan: Orphan, now: Date): readonly Line[] {
  const { app, project, forget, things } = orphan;
  const where = project === undefined ? '' : `, Compose project ${project}`;
  return [
    [strong(app), ` ${words(orphan, now)}${where}`],
    ...table(
      ['  WHAT', 'SIZE', 'NAME', 'TO REMOVE IT'],
      things.map(
        (thing): Row => [
          `  ${thing.kind}`,
          thing.bytes === undefined ? '' : sizeText(thing.bytes),
          thing.state === 'running' ? bad(`${thing.name} (running)`) : thing.name,
          dim(thing.remove),
        ],
      ),
    ),
    ...(forget === undefined ? [] : nextStep(`The log keeps it for its return. To end that, first: ${forget}`, 2)),
  ];
}

function words({ how, since, seq }: Orphan, now: Date): string {
  const told = since === undefined || seq === undefined ? '' : `, ${when(since, now)}, entry ${seq}`;
  return `${meaning[how]}${told}`;
}

const meaning: Readonly<Record<Orphan['how'], string>> = {
  leaving: 'left the configuration and is still to be removed',
  stopped: 'was stopped for good when it left the configuration',
  removed: 'was removed',
  'let-go': 'was let go: what runs of it is nobody’s',
  unknown: 'is not known to the log',
};

/** `12 KB`, `3.4 MB`. */
function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] =
    bytes < 1024 ** 2
      ? [bytes / 1024, 'KB']
      : bytes < 1024 ** 3
        ? [bytes / 1024 ** 2, 'MB']
        : [bytes / 1024 ** 3, 'GB'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

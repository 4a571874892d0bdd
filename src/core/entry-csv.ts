import type { Entry } from '../model/entry.ts';
import type { Identity } from '../model/revision.ts';
import { actorOf, actorText } from './actor.ts';
import type { CsvCell } from './csv.ts';
import { revisionOf, servicesOf } from './entry-subjects.ts';
import { sentenceOf } from './format-entry.ts';
import { signerText } from './provenance.ts';

/** What a spreadsheet gets of an entry: one column a question. New columns come at the end. */
export const entryColumns: readonly (readonly [name: string, value: (entry: Entry) => CsvCell])[] = [
  ['entry', ({ seq }) => seq],
  ['time', ({ at }) => at],
  ['host', ({ host }) => host],
  ['kind', ({ kind }) => kind],
  ['app', (entry) => ('app' in entry ? entry.app : undefined)],
  ['purpose', (entry) => ('purpose' in entry ? entry.purpose : undefined)],
  ['outcome', (entry) => ('outcome' in entry ? entry.outcome.kind : undefined)],
  ['what', sentenceOf],
  ['trigger', (entry) => ('trigger' in entry ? entry.trigger.kind : undefined)],
  ['actor', (entry) => ('trigger' in entry ? actorText(actorOf(entry.trigger)) : undefined)],
  ['reason', reasonOf],
  [
    'approved_by',
    (entry) => ('consent' in entry ? entry.consent?.approvals.map(({ by }) => by).join('; ') : undefined),
  ],
  ['services', (entry) => [...new Set(servicesOf(entry))].join('; ')],
  ['images', imagesOf],
  ['duration_ms', (entry) => ('duration' in entry ? entry.duration : undefined)],
  ['release', (entry) => ('release' in entry ? entry.release : undefined)],
  ['from_release', (entry) => (entry.kind === 'started' || entry.kind === 'refused' ? entry.from : undefined)],
  ['plan', (entry) => ('plan' in entry ? entry.plan : undefined)],
  ['repository', (entry) => revisionOf(entry)?.repository],
  ['ref', (entry) => revisionOf(entry)?.ref],
  ['commit', (entry) => revisionOf(entry)?.commit],
  ['subject', (entry) => revisionOf(entry)?.subject],
  ['author', (entry) => nameOf(revisionOf(entry)?.author)],
  ['committer', (entry) => nameOf(revisionOf(entry)?.committer)],
  ['signer', signerOf],
  ['intent', (entry) => ('intent' in entry ? entry.intent : undefined)],
  ['harbormaster', (entry) => ('means' in entry ? entry.means?.harbormaster.version : undefined)],
  ['engine', (entry) => ('means' in entry ? entry.means?.engine : undefined)],
  ['compose', (entry) => ('means' in entry ? entry.means?.compose : undefined)],
  ['configuration', (entry) => ('means' in entry ? entry.means?.configuration : undefined)],
];

function reasonOf(entry: Entry): CsvCell {
  const override = 'trigger' in entry ? entry.trigger.override : undefined;
  return ('reason' in entry ? entry.reason : undefined) ?? override;
}

/** `web=nginx:1.28@sha256:…`: what each service ran afterwards. */
function imagesOf(entry: Entry): CsvCell {
  if (entry.kind !== 'finished') return undefined;
  return entry.services
    .flatMap(({ service, image }) => (image.to === undefined ? [] : `${service}=${image.to}`))
    .join('; ');
}

function nameOf(who: Identity | undefined): CsvCell {
  return who && `${who.name} <${who.email}>`;
}

function signerOf(entry: Entry): CsvCell {
  const signer = revisionOf(entry)?.signer;
  return signer && signerText(signer);
}

import type { Entry } from '../model/entry.ts';

/** Every kind of entry, for whoever asks for some of them; the compiler counts them. */
export const entryKinds: { readonly [Kind in Entry['kind']]: Kind } = {
  opened: 'opened',
  started: 'started',
  step: 'step',
  finished: 'finished',
  refused: 'refused',
  recovered: 'recovered',
  drifted: 'drifted',
  held: 'held',
  released: 'released',
  suspended: 'suspended',
  resumed: 'resumed',
  retried: 'retried',
  'history-accepted': 'history-accepted',
  approved: 'approved',
  rejected: 'rejected',
  adopted: 'adopted',
  forgotten: 'forgotten',
  'token-created': 'token-created',
  'token-revoked': 'token-revoked',
  repaired: 'repaired',
};

import * as webhookKinds from '../api/webhooks/index.ts';
import * as checkKinds from '../edges/checks/index.ts';
import * as notifierKinds from '../edges/notifiers/index.ts';
import * as strategies from '../strategies/index.ts';

export const catalogues = {
  notifiers: Object.values(notifierKinds),
  checks: Object.values(checkKinds),
  strategies: Object.values(strategies).map(({ type }) => type),
  webhooks: Object.values(webhookKinds).map(({ type }) => type),
};

import { isExpired, scopeText } from '../../core/tokens.ts';
import type { TokenRecord } from '../../model/access.ts';
import type { NewToken } from '../../reconcile/harbor.ts';
import { bad, type Line, nextStep, warn } from '../line.ts';
import { ago, moment } from '../moment.ts';
import { table } from '../table.ts';

export function tokensView(tokens: readonly TokenRecord[], now: Date): readonly Line[] {
  if (tokens.length === 0)
    return [
      'There is no token: nobody may ask over the network.',
      ...nextStep('harbormaster token create NAME --role viewer'),
    ];
  return table(
    ['NAME', 'ROLE', 'APPS', 'EXPIRES', 'MADE'],
    tokens.map((token) => [
      token.name,
      token.role,
      scopeText(token),
      endOf(token, now),
      `${ago(token.since, now)}${token.by === undefined ? '' : ` by ${token.by}`}`,
    ]),
  );
}

function endOf(token: TokenRecord, now: Date) {
  if (token.expires === undefined) return 'never';
  return isExpired(token, now) ? bad(`${ago(token.expires, now)}`) : moment(token.expires);
}

export const newTokenView = ({ token, record }: NewToken, now: Date): readonly Line[] => [
  token,
  '',
  [warn('It is told once.'), ` Keep it where only ${record.name} reads it.`],
  `It is ${record.role} for ${scopeText(record)}${record.expires === undefined ? '' : `, until ${moment(record.expires)} (${ago(record.expires, now)})`}.`,
  ...nextStep(`Authorization: Bearer TOKEN. To take it back: harbormaster token revoke ${record.name}`),
];

import { isRecord } from '../core/compose-paths.ts';
import type { ComposeService } from '../model/compose-model.ts';
import { byService, namesService } from './asks.ts';
import { devicesOf } from './devices.ts';
import { gateOf } from './rule.ts';

/** GPUs, and other devices that the host hands out by a name of its own (CDI). */
export const gpus = gateOf({
  allowance: 'gpus',
  find: (input) => byService(input, ({ service }) => reasons(service)),
  fits: namesService,
});

function reasons(service: ComposeService): readonly string[] {
  const resources = service.deploy?.['resources'];
  const reservations = isRecord(resources) ? resources['reservations'] : undefined;
  const reserved = isRecord(reservations) ? reservations['devices'] : undefined;
  return [
    ...(hasAny(service['gpus']) ? ['uses GPUs of this host (`gpus`)'] : []),
    ...(hasAny(reserved) ? ['uses GPUs of this host (`deploy.resources.reservations.devices`)'] : []),
    ...devicesOf(service)
      .filter(({ path }) => !path.startsWith('/'))
      .map(({ path }) => `uses the device ${path}, which this host hands out`),
  ];
}

const hasAny = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

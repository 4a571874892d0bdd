import { isRecord } from '../core/compose-paths.ts';
import { isWithin, onHost, permits } from '../core/host-paths.ts';
import type { ComposeService } from '../model/compose-model.ts';
import { byValue } from './asks.ts';
import { type Finding, gateOf } from './rule.ts';

type Device = Finding & { readonly path: string; readonly readOnly: boolean };

/** Devices by their path; those that the host hands out by a name of its own are `gpus`’ business. */
export const devices = gateOf<Device>({
  allowance: 'devices',
  find: (input) =>
    byValue(input, ({ service }) => devicesOf(service).filter(({ path }) => path.startsWith('/'))).map((finding) => ({
      path: finding.entry,
      readOnly: false,
      ...finding,
    })),
  fits: (entry, { path }) => isWithin(entry, path),
  besides: { allowance: 'host_binds', fits: (entry, device) => permits(entry, device) },
});

/** Of a rendering they are objects, or text as `/dev/sda:/dev/sda:r`. */
export function devicesOf(service: ComposeService): readonly (Omit<Device, 'service'> & { readonly path: string })[] {
  const entries: readonly unknown[] = Array.isArray(service['devices']) ? service['devices'] : [];
  return entries.flatMap((entry) => {
    const [source, , permissions = 'rwm'] = isRecord(entry)
      ? [entry['source'], entry['target'], entry['permissions']]
      : String(entry).split(':');
    if (typeof source !== 'string') return [];
    const path = source.startsWith('/') ? onHost(source) : source;
    const readOnly = permissions === 'r';
    return [
      { path, readOnly, reason: `uses the device ${path} of this host${readOnly ? ', to read' : ''}`, entry: path },
    ];
  });
}

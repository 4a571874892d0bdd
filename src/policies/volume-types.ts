import { matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';
import { ownVolumes } from './volumes.ts';

/** The driver `local` has the host mount any file system: /proc and /sys of the host among them. Folders of the host are `host_binds`’ business. */
export const volumeTypes = gateOf({
  allowance: 'volume_types',
  find: ({ model }) =>
    ownVolumes(model).flatMap(({ key, volume: { driver = 'local', driver_opts: { type = 'none' } = {} } }) =>
      driver !== 'local' || type === 'none' || type === ''
        ? []
        : [{ service: undefined, reason: `the volume ${key} mounts the file system ${type}`, entry: type }],
    ),
  fits: matchesEntry,
});

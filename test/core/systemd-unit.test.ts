import { expect, test } from 'vitest';
import { systemdUnit, unitMark, usualPaths } from '../../src/core/systemd-unit.ts';

test('a unit names what it runs by its whole path, and begins with our mark', () => {
  const unit = systemdUnit({ ...usualPaths, node: '/opt/node 24/bin/node', stateDir: '/srv/100%' });
  expect(unit.startsWith(unitMark)).toBe(true);
  expect(unit).toContain(
    'ExecStart="/opt/node 24/bin/node" --max-semi-space-size=1 /usr/local/lib/harbormaster/harbormaster.cjs run\n',
  );
  expect(unit).toContain('ReadWritePaths=/srv/100%%\n');
  expect(unit).toContain(
    'Environment=HARBORMASTER_CONFIG=/etc/harbormaster/harbormaster.yml HARBORMASTER_STATE_DIR=/srv/100%%\n',
  );
});

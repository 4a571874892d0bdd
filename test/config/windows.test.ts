import { describe, expect, test } from 'vitest';
import { load, problems } from './rig.ts';

const with_ = (lines: string): string => `\
apps:
  shop: {url: https://git.example.com/shop.git}
  shop-eu: {url: https://git.example.com/shop.git, health: {deadline: 10m}}
windows:
  - name: night
    kind: allow
${lines.replaceAll(/^(?=.)/gm, '    ')}
`;

test('a window is resolved onto the apps that it concerns', async () => {
  const { apps, windows } = await load(
    with_('cron: "0 22 * * 1-5"\nduration: 4h\ntime_zone: Europe/Berlin\napps: [shop-*]\nreason: on call'),
  );
  const night = {
    name: 'night',
    kind: 'allow',
    cron: '0 22 * * 1-5',
    duration: 4 * 3_600_000,
    timeZone: 'Europe/Berlin',
    apps: ['shop-*'],
    blocks: ['deploy', 'prune', 'image'],
    reason: 'on call',
  };
  expect(windows).toEqual([night]);
  expect(apps.map((app) => app.windows)).toEqual([[], [night]]);
});

describe('is refused, with the reason:', () => {
  test('a cron expression that is none, or that never comes', async () => {
    expect(await problems(with_('cron: "0 0 31 2 *"\nduration: 4h\ntime_zone: UTC'))).toContain(
      'windows[0].cron: must be five cron fields in quotes, such as "0 22 * * 1-5", not "0 0 31 2 *"; this one never comes: there is no such day',
    );
    expect(await problems(with_('cron: "0 22 * *"\nduration: 4h\ntime_zone: UTC'))).toContain('has 4 fields, not five');
  });

  test('a zone that there is not', async () => {
    expect(await problems(with_('cron: "0 22 * * *"\nduration: 4h\ntime_zone: Europe/Berln'))).toContain(
      'not "Europe/Berln"; did you mean "Europe/Berlin"?',
    );
    expect(await problems(with_('cron: "0 22 * * *"\nduration: 4h\ntime_zone: "+02:00"'))).toContain(
      'no such time zone',
    );
    expect(await problems(with_('cron: "0 22 * * *"\nduration: 4h'))).toContain('windows[0].time_zone: is missing');
  });

  test('an allow window that nothing ever fits into', async () => {
    expect(await problems(with_('cron: "0 22 * * *"\nduration: 5m\ntime_zone: UTC'))).toContain(
      'windows[0].duration: must be at least 10m30s: so long a deployment of shop-eu may take',
    );
    const { windows } = await load(with_('cron: "0 22 * * *"\nduration: 5m\ntime_zone: UTC\napps: [shop]'));
    expect(windows).toHaveLength(1);
  });

  test('an app that there is not, and a name that is there twice', async () => {
    const twice = `${with_('cron: "0 22 * * *"\nduration: 4h\ntime_zone: UTC\napps: [shap]')}  - {name: night, kind: deny, cron: "0 1 * * *", duration: 1h, time_zone: UTC}`;
    const said = await problems(twice);
    expect(said).toContain('windows[0].apps[0]: must be the name of an app; did you mean "shop"?');
    expect(said).toContain('windows[1].name: is the name of a window above, too');
  });
});

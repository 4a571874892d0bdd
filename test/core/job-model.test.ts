import { describe, expect, test } from 'vitest';
import { type JobOrder, jobModel } from '../../src/core/job-model.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import { blob, folders, release, service } from '../support/builders.ts';

const order: JobOrder = {
  service: 'migrate',
  job: 'pre_deploy',
  run: '7',
  environment: { HARBORMASTER_HOOK: 'pre_deploy' },
  live: folders.live,
  files: '/releases/a/files',
};

const bind = (path: string, more: object = {}) => ({
  type: 'bind',
  source: `${folders.live}/${path}`,
  target: '/x',
  ...more,
});

function made(migrate: ComposeService, more: Partial<ComposeModel> & { readonly web?: ComposeService } = {}) {
  const { web = { image: 'web' }, ...rest } = more;
  const model = { name: 'shop', services: { web, migrate }, ...rest };
  const mounts = ['sql', 'key.pem', 'data'].map((path) => ({ path, object: blob(path) }));
  const sealed = release({
    services: [service('web')],
    jobs: [service('migrate')],
    mounts,
    compose: JSON.stringify(model),
  });
  const { name, model: text } = jobModel(sealed, order);
  return { name, model: JSON.parse(text) as ComposeModel };
}

const job = (migrate: ComposeService, more?: Parameters<typeof made>[1]): ComposeService => {
  const { name, model } = made(migrate, more);
  return model.services[name] ?? {};
};

test('has a name of its own in each operation, beside the services as they are', () => {
  const { name, model } = made({ image: 'migrate' });
  expect(name).toBe('pre-deploy-migrate-7');
  expect(model.services['web']).toEqual({ image: 'web' });
  expect(model.services[name]).toMatchObject({
    image: 'migrate',
    container_name: 'shop-pre-deploy-migrate-7',
    labels: { 'io.harbormaster.job': 'pre_deploy' },
  });
});

test('runs once, waits for nobody, and is never started again', () => {
  const deploy = { replicas: 3, restart_policy: { condition: 'any' }, resources: { limits: { memory: '1g' } } };
  const definition = job({
    image: 'migrate',
    restart: 'always',
    scale: 2,
    depends_on: { db: { condition: 'service_healthy' } },
    deploy,
  });
  expect(definition).toMatchObject({ restart: 'no', deploy: { resources: deploy.resources } });
  expect(definition.deploy).toEqual({ resources: deploy.resources });
  expect(definition).not.toHaveProperty('scale');
  expect(definition).not.toHaveProperty('depends_on');
});

test('keeps its labels and environment; a dollar that is added stays one', () => {
  const { name, model } = made({
    image: 'migrate',
    labels: { 'io.harbormaster.instance': 'us' },
    environment: { A: '1' },
  });
  expect(model.services[name]).toMatchObject({
    labels: { 'io.harbormaster.instance': 'us' },
    environment: { A: '1', HARBORMASTER_HOOK: 'pre_deploy' },
  });
  const told = jobModel(release({ compose: JSON.stringify({ services: { migrate: {} } }) }), {
    ...order,
    environment: { WHY: 'costs $5' },
  });
  expect(told.model).toContain('"WHY":"costs $$5"');
});

describe('files of the repository', () => {
  test('are those that the release keeps, for reading only', () => {
    expect(job({ volumes: [bind('sql')] }).volumes).toEqual([
      { type: 'bind', source: '/releases/a/files/sql', target: '/x', read_only: true },
    ]);
  });

  test('what the repository does not hold stays where it is', () => {
    expect(job({ volumes: [bind('uploads')] }).volumes).toEqual([bind('uploads')]);
  });

  test('a folder that a deployed service may write to is shared with that one', () => {
    const web = { volumes: [bind('data')] };
    expect(job({ volumes: [bind('data')] }, { web }).volumes).toEqual([bind('data')]);
    const reading = [bind('data', { read_only: true })];
    expect(job({ volumes: reading }, { web }).volumes).toMatchObject([{ source: '/releases/a/files/data' }]);
    expect(job({ volumes: [bind('data')] }, { web: { volumes: reading } }).volumes).toMatchObject([
      { source: '/releases/a/files/data' },
    ]);
  });

  test('secrets come from there, too; a volume in disguise is not changed', () => {
    const { model } = made(
      { secrets: [{ source: 'key' }] },
      {
        secrets: { key: { file: `${folders.live}/key.pem` } },
        volumes: { data: { driver_opts: { device: `${folders.live}/data`, o: 'bind' } } },
      },
    );
    expect(model.secrets).toEqual({ key: { file: '/releases/a/files/key.pem' } });
    expect(model.volumes).toMatchObject({ data: { driver_opts: { device: `${folders.live}/data` } } });
  });

  test('a release without any is left as it is', () => {
    const { model } = jobModel(
      release({ compose: JSON.stringify({ services: { migrate: { volumes: [bind('sql')] } } }) }),
      {
        ...order,
        files: undefined,
      },
    );
    expect(model).toContain(`${folders.live}/sql`);
  });
});

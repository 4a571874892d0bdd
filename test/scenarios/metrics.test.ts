import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually, light, world } from '../support/world.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(socketPath: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject);
    });
    asking.on('error', reject).end();
  });
}

/** What Prometheus' own tool says of metrics; nothing, if they are as they should be. */
function complaints(metrics: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('promtool', ['check', 'metrics']);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    child.on('error', reject).on('close', (code) => resolve(code === 0 ? said : `${code}: ${said}`));
    child.stdin.end(metrics);
  });
}

const names = (text: string): readonly string[] => text.match(/\bharbormaster_[a-z_]+/g) ?? [];

test('a daemon tells Prometheus of a deployment, and what the alert rules ask for is there', async () => {
  await using host = await world();
  const socket = join(host.state, 'run/socket');
  const image = await host.engine.image('web');
  const repository = await host.repository('metrics');
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, ...light } } }) });
  await host.configure({ metrics: { url: repository.url } });
  await using _daemon = await host.daemon();
  const app = host.named('metrics');
  const body = await eventually(async () => {
    const answer = await ask(socket, '/metrics');
    expect(answer.body).toContain(`harbormaster_app_sync{app="${app}",state="in-sync"} 1\n`);
    expect(answer.body).toMatch(/^harbormaster_passes_total\{outcome="unchanged"\} [1-9]/m);
    return answer.body;
  }, 60);
  expect(await complaints(body)).toBe('');
  // The record answers the same over the API and on the command line.
  const commit = JSON.parse((await ask(socket, '/v1/status')).body).apps[0].deployed.commit;
  for (const [path, verb] of [
    [`/v1/trace?what=${commit}`, ['trace', commit]],
    [
      `/v1/apps/${app}/audit?since=2020-01-01&until=2100-01-01`,
      ['audit', app, '--since', '2020-01-01', '--until', '2100-01-01'],
    ],
  ] as const) {
    const { status, body: told } = await ask(socket, path);
    expect(status).toBe(200);
    expect(JSON.parse(told)).toEqual(JSON.parse((await host.run(...verb, '--json')).stdout));
    expect(told).toContain(commit);
  }
  expect(body).toContain(`harbormaster_app_health{app="${app}",state="healthy"} 1\n`);
  expect(body).toMatch(/^harbormaster_passes_total\{outcome="applied"\} 1$/m);
  expect(body).toMatch(
    /^harbormaster_source_requests_total\{repository="127\.0\.0\.1\/\S*metrics",request="look",result="success"\} [1-9]/m,
  );
  expect(body).toContain('harbormaster_engine_up 1\n');
  expect(body).toContain('harbormaster_log_writable 1\n');
  expect(await ask(socket, '/healthz')).toEqual({ status: 200, body: 'ok\n' });
  expect(await ask(socket, '/readyz')).toEqual({ status: 200, body: 'log: ok\nengine: ok\nconfiguration: ok\n' });

  const rules = parse(await readFile(new URL('../../deploy/alerts.yml', import.meta.url), 'utf8'));
  const asked: string[] = rules.groups[0].rules.flatMap(({ expr }: { expr: string }) => names(expr));
  const told = new Set(names(body));
  // Of what this host has none: no witness, nobody to tell, nothing in the way.
  const absent = ['harbormaster_log_witness', 'harbormaster_notifications_failing', 'harbormaster_app_blocked'];
  const wanted = asked.filter((name) => !absent.includes(name) && !name.includes('out_of_sync'));
  expect(wanted.filter((name) => !told.has(name))).toEqual([]);
  expect(wanted.length).toBeGreaterThan(5);

  await host.configure({ metrics: { url: repository.url, no_such_key: true } });
  await eventually(async () =>
    expect(await ask(socket, '/readyz')).toEqual({
      status: 503,
      body: 'log: ok\nengine: ok\nconfiguration: what is newer is not in force\n',
    }),
  );
});

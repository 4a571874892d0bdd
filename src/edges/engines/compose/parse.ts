import * as z from 'zod';
import type { ComposeModel } from '../../../model/compose-model.ts';
import { shaped } from '../api/shape.ts';

const text = z.string().exactOptional();
const flag = z.boolean().exactOptional();
const texts = z.record(z.string(), z.string());
const mapOf = <S extends z.ZodType>(schema: S) => z.record(z.string(), schema);

const build = z.looseObject({ context: text, dockerfile: text, additional_contexts: texts.exactOptional() });
const dependency = z.looseObject({ condition: text, restart: flag, required: flag });
const mount = z.looseObject({ type: z.string(), source: text, target: z.string(), read_only: flag });
const grant = z.looseObject({ source: z.string(), target: text });

const port = z.looseObject({
  mode: text,
  host_ip: text,
  target: z.number(),
  published: z.coerce.string().exactOptional(),
  protocol: text,
});

const service = z.looseObject({
  image: text,
  build: build.exactOptional(),
  container_name: text,
  depends_on: mapOf(dependency).exactOptional(),
  deploy: z.looseObject({ replicas: z.number().exactOptional() }).exactOptional(),
  scale: z.number().exactOptional(),
  restart: text,
  healthcheck: z.looseObject({ disable: flag }).exactOptional(),
  labels: texts.exactOptional(),
  environment: mapOf(z.string().nullable()).exactOptional(),
  network_mode: text,
  pid: text,
  ipc: text,
  uts: text,
  userns_mode: text,
  cgroup: text,
  privileged: flag,
  volumes: z.array(mount).exactOptional(),
  volumes_from: z.array(z.string()).exactOptional(),
  networks: mapOf(z.unknown()).exactOptional(),
  configs: z.array(grant).exactOptional(),
  secrets: z.array(grant).exactOptional(),
  ports: z.array(port).exactOptional(),
});

const network = z.looseObject({ name: text, external: flag, labels: texts.exactOptional() });
const volume = z.looseObject({ ...network.shape, driver: text, driver_opts: texts.exactOptional() });
const fileObject = z.looseObject({ name: text, file: text, content: text, environment: text, external: flag });

const model = z.looseObject({
  name: z.string(),
  services: mapOf(service),
  networks: mapOf(network.nullable()).exactOptional(),
  volumes: mapOf(volume.nullable()).exactOptional(),
  configs: mapOf(fileObject).exactOptional(),
  secrets: mapOf(fileObject).exactOptional(),
});

/** The output of `config --format json`. What the schema does not name is carried through. */
export const parseModel = (json: unknown): ComposeModel => shaped(model, json, "Compose's rendering");

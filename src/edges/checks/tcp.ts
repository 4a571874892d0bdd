import * as z from 'zod';
import { defineKind } from '../../kind.ts';
import type { Check } from '../../ports.ts';
import { eachTarget } from './each-target.ts';

const must = 'must be a host and a port such as db:5432, where the host may be a service of the app';
const pattern = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[\w.-]+)):(?<port>\d{1,5})$/;
const isAddress = (text: string): boolean => {
  const port = Number(pattern.exec(text)?.groups?.['port']);
  return port > 0 && port < 65_536;
};

const options = z
  .strictObject({
    address: z
      .string({ error: must })
      .refine(isAddress, { error: must })
      .meta({
        title: 'host and port',
        description:
          "What is asked: a service of the app (each of its containers, at the container's port) or any host.",
        examples: ['db:5432'],
      }),
  })
  .meta({ description: 'Passes if a connection is taken.' });

export const tcp = defineKind({
  type: 'tcp',
  options,
  create: ({ address }): Check => {
    const { v6, host = v6 ?? '', port } = pattern.exec(address)?.groups ?? {};
    const taken = { passed: true, detail: 'takes connections', output: '' };
    return {
      title: `tcp ${address}`,
      attempt: (ground) => eachTarget({ host, port: Number(port) }, { what: address, ask: async () => taken }, ground),
    };
  },
});

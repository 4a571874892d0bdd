import * as z from 'zod';
import { defineKind } from '../../kind.ts';
import type { Check, CheckAnswer, CheckGround } from '../../ports.ts';
import { serviceOption } from './service-option.ts';

const must = 'must be a list of texts (the program, then its arguments), or one text for a shell';
const word = z.string({ error: must });

const options = z
  .strictObject({
    service: serviceOption.meta({ description: 'In which service; in one of its containers.', examples: ['web'] }),
    command: z
      .union([word.min(1, { error: must }), z.tuple([word.min(1, { error: must })], word)], { error: must })
      .meta({
        title: 'list of texts, or text',
        description:
          'The program and its arguments as a list; a text is given to `sh -c`. Not for secrets: whoever sees the processes of the host sees them.',
        examples: [['wget', '-q', '-O-', 'http://127.0.0.1:8080/ready']],
      }),
  })
  .meta({
    description:
      'Runs a command in a container that was deployed, and passes if it ends with exit code 0. Needs no network between Harbormaster and the app. At its time limit it is no longer waited for; the engine cannot stop it.',
  });

type Options = z.output<typeof options>;

export const command = defineKind({
  type: 'command',
  options,
  create: ({ service, command: given }: Options): Check => {
    const argv = typeof given === 'string' ? ['sh', '-c', given] : given;
    const program = typeof given === 'string' ? 'sh' : given[0];
    return {
      title: `command ${program} in ${service}`,
      asks: service,
      attempt: (ground) => attempt(service, argv, ground),
    };
  },
});

async function attempt(
  service: string,
  argv: readonly string[],
  { reach, exec, limit }: CheckGround,
): Promise<CheckAnswer> {
  const [container] = await reach(service);
  if (container === undefined) return { passed: false, detail: `no container of ${service} runs`, output: '' };
  const ended = await exec(container.id, argv);
  if (ended === undefined) return { passed: false, detail: `did not end within ${limit / 1000} s`, output: '' };
  return {
    passed: ended.exitCode === 0,
    detail: `ended with exit code ${ended.exitCode}`,
    output: ended.output,
  };
}

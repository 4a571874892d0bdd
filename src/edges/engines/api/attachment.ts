import * as z from 'zod';
import { canonical } from '../../../core/digest.ts';
import { HarborError } from '../../../errors.ts';

/** An attachment to a network as the engine tells it: its addresses only where somebody chose them. */
export const endpoint = z.object({
  Aliases: z.array(z.string()).nullish(),
  IPAMConfig: z.object({ IPv4Address: z.string().optional(), IPv6Address: z.string().optional() }).nullish(),
});

/** Aliases that the engine and Compose give by themselves are not told: they follow the container's id, name and host name. */
export function attachmentText(
  { Aliases, IPAMConfig }: z.output<typeof endpoint>,
  ownNames: ReadonlySet<string>,
): string {
  const aliases = [...new Set(Aliases ?? [])].filter((alias) => !ownNames.has(alias)).toSorted();
  return canonical({ aliases, ipv4: IPAMConfig?.IPv4Address || undefined, ipv6: IPAMConfig?.IPv6Address || undefined });
}

const attachment = z.object({
  aliases: z.array(z.string()),
  ipv4: z.string().optional(),
  ipv6: z.string().optional(),
});

/** What the engine takes to attach a container in the way that the text tells. */
export function endpointOf(text: string) {
  const { aliases, ipv4, ipv6 } = parsed(text);
  const IPAMConfig = ipv4 === undefined && ipv6 === undefined ? undefined : { IPv4Address: ipv4, IPv6Address: ipv6 };
  return { Aliases: aliases, IPAMConfig };
}

function parsed(text: string): z.output<typeof attachment> {
  try {
    return attachment.parse(JSON.parse(text));
  } catch (cause) {
    throw new HarborError('the record of how the container was attached to its network cannot be read', {
      code: 'engine-refused',
      hint: 'Replace the container instead.',
      cause,
    });
  }
}

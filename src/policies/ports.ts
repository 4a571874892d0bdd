import { covers, type PortRange, parsePorts } from '../core/port-range.ts';
import type { ComposePort } from '../model/compose-model.ts';
import { asksOf } from './asks.ts';
import { type Finding, gateOf } from './rule.ts';

type Published = Finding & { readonly asked: PortRange };

/** What the engine picks from where a port is not named. */
const picked = '32768-65535';

/** Published ports go past most firewalls, and may be those of another service of the host. */
export const ports = gateOf<Published>({
  allowance: 'ports',
  find: (input) =>
    asksOf(input).flatMap(({ name, service }) => (service.ports ?? []).map((port) => publishes(name, port))),
  fits: (entry, { asked }) => {
    const allowed = parsePorts(entry);
    return allowed !== undefined && covers(allowed, asked);
  },
});

function publishes(service: string, { host_ip, published, protocol = 'tcp' }: ComposePort): Published {
  const isOpen = host_ip === undefined || host_ip === '' || host_ip === '0.0.0.0' || host_ip === '::';
  const address = isOpen ? '' : host_ip.includes(':') ? `[${host_ip}]:` : `${host_ip}:`;
  const numbers = published === undefined || published === '' || published === '0' ? picked : published;
  const entry = `${address}${numbers}`;
  const which = numbers === picked ? 'a port that the engine picks' : `the port ${numbers}/${protocol}`;
  const where = isOpen ? 'on every address of this host' : `on ${host_ip}`;
  // What cannot be read is covered by nothing.
  const asked = parsePorts(entry) ?? { address: undefined, from: 0, to: 65_536 };
  return { service, reason: `publishes ${which} ${where}`, entry, asked };
}

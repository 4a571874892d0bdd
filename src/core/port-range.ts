/** Ports of the host, on one address of it or (undefined) on all. */
export interface PortRange {
  readonly address: string | undefined;
  readonly from: number;
  readonly to: number;
}

const written =
  /^(?:(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<v4>\d{1,3}(?:\.\d{1,3}){3})):)?(?<from>\d{1,5})(?:-(?<to>\d{1,5}))?$/;

/** `443`, `8000-8100`, `127.0.0.1:80`, `[::1]:1024-65535`; undefined for what is none of these. */
export function parsePorts(text: string): PortRange | undefined {
  const { v4, v6, from, to = from } = written.exec(text)?.groups ?? {};
  if (from === undefined || to === undefined) return undefined;
  const range = { address: v4 ?? v6?.toLowerCase(), from: Number(from), to: Number(to) };
  return range.from >= 1 && range.from <= range.to && range.to <= 65_535 ? range : undefined;
}

/** Whether everything that is asked for is allowed: an address is allowed by itself, or with all. */
export const covers = (allowed: PortRange, asked: PortRange): boolean =>
  (allowed.address === undefined || allowed.address === asked.address) &&
  allowed.from <= asked.from &&
  asked.to <= allowed.to;

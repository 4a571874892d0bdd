/** How often a property is tried: as often as it says in CI, a fifth of that while somebody waits for it. */
export const tries = (all: number): number => (process.env['CI'] === 'true' ? all : Math.ceil(all / 5));

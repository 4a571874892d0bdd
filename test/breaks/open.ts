/** Tests that nobody has seen fail yet, each with why; see index.ts. */
export const open: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

import type { PageFiles } from '../src/api/page.ts';

export function buildPage(): Promise<PageFiles>;

import type { ForgeKind } from '../../model/forge.ts';
import type { Forge } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

export const forges: Readonly<Record<ForgeKind, Forge>> = { github, gitlab, gitea, forgejo: gitea };

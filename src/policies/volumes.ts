import type { ComposeModel, ComposeVolume } from '../model/compose-model.ts';

interface Declared {
  readonly key: string;
  /** As the engine knows it. */
  readonly name: string;
  readonly volume: ComposeVolume;
}

const declared = ({ name: project, volumes = {} }: ComposeModel): readonly Declared[] =>
  Object.entries(volumes).map(([key, volume]) => ({
    key,
    name: volume?.name ?? (volume?.external === true ? key : `${project}_${key}`),
    volume: volume ?? {},
  }));

/** Those that the app makes itself. */
export const ownVolumes = (model: ComposeModel): readonly Declared[] =>
  declared(model).filter(({ volume }) => volume.external !== true);

/** Those of others. One with a name of its own choice may be another app's: Compose takes what is there, whoever made it. */
export const othersVolumes = (model: ComposeModel): readonly Declared[] =>
  declared(model).filter(({ key, name, volume }) => volume.external === true || name !== `${model.name}_${key}`);

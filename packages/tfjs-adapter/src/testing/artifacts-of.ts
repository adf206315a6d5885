import { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/** What saving a model writes. */
export async function artifactsOf(net: LayersModel): Promise<io.ModelArtifacts> {
  let saved: io.ModelArtifacts = {};
  await net.save(
    io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
    }),
  );
  return saved;
}

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WeightFileError, WeightNameError } from "@fovea/weights";
import { fileSource } from "@fovea/weights/node";
import { openOnnx, type OnnxFile } from "@fovea/weights/onnx";
import { reasonOf, UserError } from "@fovea/command-line";

/** The folder of Moonshine tiny's weights in the npm package.
 *  @throws {UserError} when the package is not installed */
export function modelFolder(): string {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve("@moonshine-ai/moonshine-js"))), "model/tiny/quantized");
  } catch {
    throw new UserError(
      `The model's package @moonshine-ai/moonshine-js is not installed. Run npm run listen, which installs it.`,
    );
  }
}

/** Opens a file of the model and reads its weights.
 *  @throws {UserError} naming the file when it is missing, damaged or of another model */
export async function openModelFile<W>(folder: string, name: string, read: (file: OnnxFile) => Promise<W>): Promise<W> {
  const path = join(folder, name);
  try {
    return await read(await openOnnx(await fileSource(path)));
  } catch (error) {
    if (error instanceof WeightFileError || error instanceof WeightNameError) {
      throw new UserError(`The model file ${path} cannot be used: ${error.message}`);
    }
    if (error instanceof Error && "code" in error && "syscall" in error) {
      throw new UserError(
        `The model file ${path} cannot be read: ${reasonOf(error)}. Run npm install again, or check the folder of --model.`,
      );
    }
    throw error;
  }
}

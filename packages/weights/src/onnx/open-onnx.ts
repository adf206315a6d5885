import { toByteSource } from "../byte-source.ts";
import type { ByteInput, OpenOptions } from "../byte-source.ts";
import { wrongKind } from "../file-kind.ts";
import { maxEntries } from "../limits.ts";
import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import { createWeightFile } from "../weight-file.ts";
import type { WeightFile } from "../weight-file.ts";
import { readGraphs } from "./graph.ts";
import type { OnnxContents, OnnxNode } from "./graph.ts";
import { bytes, readMessage, text } from "./message.ts";

/** The weights of an ONNX model, and its nodes: exporters often name the node, not the weight that it reads. */
export interface OnnxFile extends WeightFile {
  /** All nodes but Constant, in the order of the file; those of a branch follow the node that has the branch. */
  readonly nodes: readonly OnnxNode[];
}

/** protobuf's own limit. */
const maxModelBytes = 2 ** 31 - 1;

/** Opens an ONNX model: initializers and Constant nodes are its weights, those inside branches of If, Loop and Scan by names as
 *  `If_12.then_branch/scale`. The file is read whole, its numbers stay where they lie until they are asked for.
 *  @throws {WeightFileError} when the file is no ONNX model, or damaged
 *  @see https://github.com/onnx/onnx/blob/main/docs/IR.md */
export async function openOnnx(input: ByteInput, options: OpenOptions = {}): Promise<OnnxFile> {
  const source = toByteSource(input, "onnx", options);
  const file = source.name;
  if (source.size > maxModelBytes) {
    const expected = `an ONNX model of at most ${maxModelBytes} bytes`;
    throw new WeightFileError({ file, expected, got: `${source.size}`, remedy: damaged });
  }
  const model = await source.read(0, source.size);
  const { weights, unreadable, nodes, metadata } = parse(file, model);
  return { ...createWeightFile(file, weights, metadata, unreadable), nodes };
}

function parse(file: string, model: Uint8Array): OnnxContents & { readonly metadata: ReadonlyMap<string, string> } {
  const expected = "an ONNX model";
  const graphs: Uint8Array[] = [];
  const metadata = new Map<string, string>();
  try {
    readMessage(model, {
      7: bytes((graph) => void graphs.push(graph)),
      14: bytes((entry) => {
        let key = "";
        let value = "";
        readMessage(entry, { 1: text((read) => (key = read)), 2: text((read) => (value = read)) });
        metadata.set(key, value);
        if (metadata.size > maxEntries) {
          const most = `at most ${maxEntries} entries of metadata`;
          throw new WeightFileError({ file, expected: most, got: "more", remedy: damaged });
        }
      }),
    });
    const [graph] = graphs;
    if (graph && graphs.length === 1) return { ...readGraphs(file, graph), metadata };
  } catch (cause) {
    if (cause instanceof WeightFileError) throw cause;
    const otherwise = `bytes that are no protobuf (${quote((cause as Error).message)})`;
    throw wrongKind(file, expected, model, { otherwise, cause });
  }
  throw wrongKind(file, expected, model, { otherwise: `bytes with ${graphs.length} graphs` });
}

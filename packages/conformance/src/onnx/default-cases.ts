import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("../..", import.meta.url));

/** The 126 official cases, in the data folder that may lie beside the checkout. */
export const sharedCases: string = resolve(here, "../../../shared/data/onnx/cases.json.gz");

/** A few cases of the project's own, each operator at least once. */
export const ownCases: string = resolve(here, "cases/own.json");

/** What is run when no file is named, in order of preference. */
export const defaultCases = (): string[] => [sharedCases, ownCases];

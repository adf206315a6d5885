export { fileSource } from "./file-source.ts";
export type { ReadableHandle } from "./file-source.ts";

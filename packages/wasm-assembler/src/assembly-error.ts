/** Instructions that no WebAssembly engine would accept, noticed where they are written. */
export class AssemblyError extends Error {
  override readonly name = "AssemblyError";
}

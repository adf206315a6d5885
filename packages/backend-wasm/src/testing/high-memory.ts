import { BackendError } from "../backend-error.ts";
import { Heap } from "../memory/heap.ts";
import { createWasmBackend, type WasmBackend, type WasmBackendOptions } from "../wasm-backend.ts";

/** Half of what WebAssembly addresses: as signed numbers, addresses from here on are negative. */
export const twoGiB: number = 2 ** 31;

/** Whether the engine gives a memory with addresses above 2 GiB. Nothing of it is written, so it takes address space, not memory. */
export const canReachHighMemory: boolean = canGrow();

function canGrow(): boolean {
  try {
    new Heap().allocate(twoGiB + 2 ** 28);
    return true;
  } catch {
    console.warn("This engine gives no memory beyond 2 GiB: what is tested there is skipped.");
    return false;
  }
}

/** What is given back is overwritten, and so committed: nothing larger than this together may be taken only to be given back. */
const lastBytes = 2 ** 24;

export interface Blocks {
  /** Of the memory as it is. */
  readonly bytes: number;
  allocate(bytes: number): number;
  free(block: number): void;
}

/** Takes every block below `address`, a multiple of 64, so that what is allocated next lies there or above, none of it held up by a hole. Untouched memory
 *  is not committed, so this costs little.
 *  @returns gives 16 MiB of it back, at the end */
export function fillBelow(address: number, blocks: Blocks): () => void {
  const held: number[] = [];
  const take = (bytes: number): boolean => {
    let block: number;
    try {
      block = blocks.allocate(bytes);
    } catch (error) {
      if (error instanceof BackendError) return false;
      throw error;
    }
    // a block ends with 64 bytes to spare
    const below = block + bytes + 64 <= address;
    if (below) held.push(block);
    else blocks.free(block);
    return below;
  };
  // one that certainly fits, since growing memory by little many times takes long
  take(address - blocks.bytes - lastBytes);
  for (let bytes = lastBytes / 2; bytes >= 64; bytes /= 2) while (take(bytes));
  while (take(0));
  return () => held.splice(1).forEach((block) => blocks.free(block));
}

/** Fills a backend's memory below `address`; see `fillBelow`. */
export function fillBackend(backend: WasmBackend, address: number): () => void {
  const blocks = new Map<number, { dispose(): void }>();
  return fillBelow(address, {
    bytes: backend.bytes,
    allocate(bytes) {
      const block = backend.allocate([bytes], "uint8");
      blocks.set(block.address, block);
      return block.address;
    },
    free: (block) => blocks.get(block)?.dispose(),
  });
}

/** A backend that holds all memory below 2 GiB, so that its kernels work above. */
export function highBackend(options: WasmBackendOptions): WasmBackend {
  const backend = createWasmBackend(options);
  fillBackend(backend, twoGiB);
  return backend;
}

import type { ByteSource } from "./byte-source.ts";

/** Sources one after the other, as one: nothing is joined before it is read. */
export function joinSources(name: string, sources: readonly ByteSource[]): ByteSource {
  let size = 0;
  const parts = sources.map((source) => ({ source, start: (size += source.size) - source.size }));
  return {
    name,
    size,
    read: async (offset, length) => {
      const end = offset + length;
      const touched = parts.filter(({ source, start }) => start < end && start + source.size > offset);
      const pieces = touched.map(async ({ source, start }) => {
        const from = Math.max(offset, start);
        return source.read(from - start, Math.min(end, start + source.size) - from);
      });
      if (pieces.length === 1) return pieces[0]!;
      const bytes = new Uint8Array(length);
      let filled = 0;
      for (const piece of await Promise.all(pieces)) {
        bytes.set(piece, filled);
        filled += piece.length;
      }
      return bytes;
    },
  };
}

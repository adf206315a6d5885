import type { DType } from "@fovea/tensor";

/** The number types that files keep. */
export type StoredDType =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** Bytes of an element, and the dtype that its tensor gets: floats stay as they are, integers become int32 unless they are uint8. */
export const storedDTypes: Readonly<Record<StoredDType, { readonly bytes: number; readonly dtype: DType }>> = {
  float64: { bytes: 8, dtype: "float64" },
  float32: { bytes: 4, dtype: "float32" },
  float16: { bytes: 2, dtype: "float16" },
  bfloat16: { bytes: 2, dtype: "bfloat16" },
  int64: { bytes: 8, dtype: "int32" },
  int32: { bytes: 4, dtype: "int32" },
  int16: { bytes: 2, dtype: "int32" },
  int8: { bytes: 1, dtype: "int32" },
  uint64: { bytes: 8, dtype: "int32" },
  uint32: { bytes: 4, dtype: "int32" },
  uint16: { bytes: 2, dtype: "int32" },
  uint8: { bytes: 1, dtype: "uint8" },
  bool: { bytes: 1, dtype: "bool" },
};

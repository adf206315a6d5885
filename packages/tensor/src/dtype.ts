/** The number types a tensor may hold. float16 and bfloat16 are storage: values are read and written as numbers, kept as 16 bits. */
export type DType = "float32" | "float64" | "float16" | "bfloat16" | "int32" | "int8" | "uint8" | "bool";

/** The typed array behind each dtype: 16-bit floats are kept as their bits, bools as 0 and 1. */
export type TensorData = Float32Array | Float64Array | Uint16Array | Int32Array | Int8Array | Uint8Array;

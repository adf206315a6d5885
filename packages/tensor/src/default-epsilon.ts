/** What normalizations add to the variance or mean square where nothing is said, as ONNX and PyTorch do. */
export const defaultEpsilon = 1e-5;

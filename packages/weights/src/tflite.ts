export { openTflite } from "./tflite/open-tflite.ts";

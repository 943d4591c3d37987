// SPDX-License-Identifier: MIT
// Runs one ONNX file on several inputs in ONNX Runtime; check_onnx.py says what the arguments are.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, model, runs] = process.argv.slice(2);
const ort = createRequire(path.join(path.resolve(modules), 'index.js'))('onnxruntime-node');
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
for (const { input, dims, output } of JSON.parse(runs)) {
  const bytes = fs.readFileSync(input);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const { scores } = await session.run({ input: new ort.Tensor('float32', values, dims) });
  fs.writeFileSync(output, Buffer.from(scores.data.buffer, scores.data.byteOffset, scores.data.byteLength));
}

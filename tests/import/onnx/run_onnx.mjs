// SPDX-License-Identifier: MIT
// Runs ONNX files in ONNX Runtime: node run_onnx.mjs FOLDER_OF_NODE_MODULES JOBS, JOBS being JSON: a list of
// {model, inputs: [{file, dims}], outputs: [file]}. Raw float32 in and out; prints the outputs' dimensions.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, jobs] = process.argv.slice(2);
const ort = createRequire(path.join(path.resolve(modules), 'index.js'))('onnxruntime-node');
const dims = [];
for (const { model, inputs, outputs } of JSON.parse(fs.readFileSync(jobs, 'utf8'))) {
  try {
    const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 });
    const feeds = {};
    inputs.forEach(({ file, dims: shape }, i) => {
      const bytes = fs.readFileSync(file);
      feeds[session.inputNames[i]] = new ort.Tensor('float32', new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), shape);
    });
    const results = await session.run(feeds);
    session.outputNames.slice(0, outputs.length).forEach((name, i) => {
      const { data } = results[name];
      fs.writeFileSync(outputs[i], Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    });
    dims.push(results[session.outputNames[0]].dims);
    await session.release();
  } catch (error) {
    dims.push(String(error.message));
  }
}
console.log(JSON.stringify(dims));

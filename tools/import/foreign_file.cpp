// SPDX-License-Identifier: MIT
#include "tools/import/foreign_file.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace fcn::tools {
namespace {

using namespace std::string_view_literals;

// What to do instead. True of PyTorch 2.9 and later, Keras 3 and tf2onnx 1.16.
constexpr const char* kFromTorch =
    "in Python, with the model at hand, torch.export.save(torch.export.export(model.eval(), "
    "(torch.zeros(1, 3, 224, 224),)), \"model.pt2\") or torch.onnx.export(..., \"model.onnx\", dynamo=True)";
constexpr const char* kFromKeras =
    "in Python, keras.models.load_model(path).export(\"model.onnx\", format=\"onnx\")";
constexpr const char* kFromTflite = "python -m tf2onnx.convert --tflite model.tflite --output model.onnx";
constexpr const char* kFromSavedModel = "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx";
constexpr const char* kFromPaddle = "paddle2onnx --model_dir FOLDER --save_file model.onnx";
constexpr const char* kAtSource =
    "it was converted for one engine: export the network where it came from, as ONNX or .pt2";
constexpr const char* kUnpack = "unpack it first and name the file inside";
constexpr const char* kPicture = "pictures are for fcn-infer -m MODEL PICTURE";

struct Signature {
  std::uint64_t offset;
  std::string_view bytes;
  const char* what;
  const char* instead;
};

constexpr Signature kSignatures[] = {
    {0, "version https://git-lfs.github.com/spec/"sv, "a Git LFS pointer, not the file itself",
     "git lfs pull, or download the file from the repository's page"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, probably a Keras model (.h5)", kFromKeras},
    {4, "TFL3"sv, "a TensorFlow Lite model", kFromTflite},
    {4, "ORTM"sv, "a model in ONNX Runtime's own format (.ort)", "name the .onnx file that it was made from"},
    {0, "GGUF"sv, "a GGUF file (llama.cpp), which holds language models", kFromTorch},
    {0, "\x93NUMPY"sv, "a numpy array (.npy)", "in Python, torch.save(model.state_dict(), path)"},
    {0, "7767517\n"sv, "ncnn's network description (.param)", kAtSource},
    {0, "7767517\r\n"sv, "ncnn's network description (.param)", kAtSource},
    {0, "[net]"sv, "Darknet's network description (.cfg)", kAtSource},
    {0, "\x1f\x8b"sv, "compressed with gzip", kUnpack},
    {0, "BZh"sv, "compressed with bzip2", kUnpack},
    {0,
     "\xfd"
     "7zXZ"sv,
     "compressed with xz", kUnpack},
    {0, "\x28\xb5\x2f\xfd"sv, "compressed with Zstandard", kUnpack},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive", kUnpack},
    {0, "Rar!\x1a"sv, "a RAR archive", kUnpack},
    {0, "\xff\xd8\xff"sv, "a JPEG picture", kPicture},
    {0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture", kPicture},
    {0, "GIF8"sv, "a GIF picture", kPicture},
    {8, "WEBP"sv, "a WebP picture", kPicture},
    {0, "BM"sv, "a BMP picture", kPicture},
    {0, "P6"sv, "a PPM picture", kPicture},
    {0, "P5"sv, "a PGM picture", kPicture},
    {0, "%PDF"sv, "a PDF document", kFromTorch},
    {0,
     "\x7f"
     "ELF"sv,
     "a compiled program", kFromTorch},
};

/// Texts are recognised by words near their front, in lower case.
struct Word {
  std::string_view text;
  bool at_front;
  const char* what;
  const char* instead;
};

constexpr Word kWords[] = {
    {"<!doctype html", true, "an HTML page, probably an error page in place of the download",
     "download the file again"},
    {"<html", true, "an HTML page, probably an error page in place of the download",
     "download the file again"},
    {"<head", true, "an HTML page, probably an error page in place of the download",
     "download the file again"},
    {"<net ", false, "an OpenVINO network description (.xml)", kAtSource},
    {"<error>", false, "an error message in XML in place of the download", "download the file again"},
    {"<?xml", true, "an XML document", kAtSource},
    {"{\"error\"", true, "a server's error message in place of the download", "download the file again"},
    {"{\"message\"", true, "a server's error message in place of the download", "download the file again"},
    {"{\"detail\"", true, "a server's error message in place of the download", "download the file again"},
    {"\"weight_map\"", false, "the index of a checkpoint in several files",
     "in Python, load the model and save it in one file: safetensors.torch.save_file(model.state_dict(), "
     "path)"},
    {"\"modeltopology\"", false, "a TensorFlow.js model", kAtSource},
    {"\"arg_nodes\"", false, "an MXNet network description", kAtSource},
    {"\"architectures\"", false, "a Hugging Face configuration", "name the model.safetensors beside it"},
    {"\"model_type\"", false, "a Hugging Face configuration", "name the model.safetensors beside it"},
    {"\"class_name\"", false, "a Keras network description without weights", kFromKeras},
    {"import torch", false, "Python source text", kFromTorch},
    {"model_checkpoint_path:", true, "the index of a TensorFlow checkpoint", kFromSavedModel},
    {"input_dim:", false, "a Caffe network description (.prototxt)", kAtSource},
    {"layer {", false, "a Caffe network description (.prototxt)", kAtSource},
    {"layers {", false, "a Caffe network description (.prototxt)", kAtSource},
};

struct Ending {
  std::string_view end;
  const char* what;
  const char* instead;
};

constexpr Ending kEndings[] = {
    {".mlmodel", "a Core ML model", kAtSource},
    {".caffemodel", "a Caffe model", kAtSource},
    {".pb", "a TensorFlow graph or SavedModel", kFromSavedModel},
    {".pdmodel", "a PaddlePaddle model", kFromPaddle},
    {".pdiparams", "PaddlePaddle's weights", kFromPaddle},
    {".pdparams", "PaddlePaddle's weights", kFromPaddle},
    {".weights", "Darknet's weights", kAtSource},
    {".engine", "a TensorRT engine", kAtSource},
    {".plan", "a TensorRT engine", kAtSource},
    {".msgpack", "a Flax checkpoint", kAtSource},
    {".params", "MXNet's weights", kAtSource},
    {".bin", "the weights of OpenVINO, ncnn or another engine", kAtSource},
    {".index", "part of a TensorFlow checkpoint", kFromSavedModel},
    {".joblib", "a scikit-learn model", kAtSource},
};

std::string line(const char* what, const char* instead) {
  return std::string(what) + ": " + instead;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return result;
}

/// A frozen graph or a SavedModel: protocol buffers in which TensorFlow's own operators are named. ONNX files
/// name none of them near their front.
bool is_tensorflow_graph(std::string_view front) {
  if (front.empty() || (front[0] != '\x0a' && !front.starts_with("\x08\x01\x12"))) return false;
  constexpr std::string_view names[] = {"Placeholder", "saved_model", "serving_default", "VarHandleOp",
                                        "_output_shapes"};
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view name) { return front.find(name) != std::string_view::npos; });
}

}  // namespace

std::optional<std::string> foreign_file(const ByteSource& source) {
  constexpr std::uint64_t kFront = 4096;
  const auto bytes = source.read(0, std::min(source.size(), kFront));
  if (!bytes) return std::nullopt;
  const std::string_view front(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  for (const Signature& signature : kSignatures)
    if (front.size() > signature.offset && front.substr(signature.offset).starts_with(signature.bytes))
      return line(signature.what, signature.instead);
  if (is_tensorflow_graph(front)) return line("a TensorFlow graph or SavedModel (.pb)", kFromSavedModel);
  if (front.find('\0') != std::string_view::npos) return std::nullopt;
  std::string text = lower(front);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  for (const Word& word : kWords)
    if (word.at_front ? text.starts_with(word.text) : text.find(word.text) != std::string::npos)
      return line(word.what, word.instead);
  return std::nullopt;
}

std::optional<std::string> foreign_name(std::string_view path) {
  const std::string name = lower(path);
  for (const Ending& ending : kEndings)
    if (name.ends_with(ending.end)) return std::string("by its name ") + line(ending.what, ending.instead);
  return std::nullopt;
}

std::string foreign_archive(const std::vector<std::string>& members) {
  const auto ends = [](const std::string& name, std::string_view end) { return lower(name).ends_with(end); };
  const auto any = [&](std::string_view end) {
    return std::find_if(members.begin(), members.end(),
                        [&](const std::string& name) { return ends(name, end); });
  };
  if (any("model.weights.h5") != members.end()) return line("a Keras model (.keras)", kFromKeras);
  if (!members.empty() && std::all_of(members.begin(), members.end(),
                                      [&](const std::string& name) { return ends(name, ".npy"); }))
    return "numpy arrays (.npz), whose names say no network's shape: in Python, put them into the model and "
           "torch.save(model.state_dict(), path)";
  if (any("saved_model.pb") != members.end()) return line("a zipped TensorFlow SavedModel", kFromSavedModel);
  if (any("coremldata.bin") != members.end() || any(".mlmodel") != members.end())
    return line("a zipped Core ML model", kAtSource);
  for (const std::string_view inner : {".onnx"sv, ".pth"sv, ".pt"sv, ".ckpt"sv, ".safetensors"sv, ".pt2"sv})
    if (const auto found = any(inner); found != members.end())
      return "a zip archive with " + *found + " inside: " + kUnpack;
  return "a zip archive, but not a PyTorch checkpoint: it has no <name>/data.pkl";
}

std::optional<std::string> foreign_folder(const std::string& path) {
  std::error_code unknown;
  if (!std::filesystem::is_directory(path, unknown)) return std::nullopt;
  const std::filesystem::path folder(path);
  const auto holds = [&](const char* name) { return std::filesystem::exists(folder / name, unknown); };
  if (holds("saved_model.pb")) return line("a TensorFlow SavedModel", kFromSavedModel);
  if (holds("Manifest.json") && folder.extension() == ".mlpackage") return line("a Core ML model", kAtSource);
  if (holds("data.pkl"))
    return "an unpacked PyTorch checkpoint: pack it again as torch.save does, the folder itself in a zip "
           "without "
           "compression (zip -0 -r)";
  for (const char* file : {"model.safetensors", "model.onnx", "pytorch_model.bin", "model.pt2"})
    if (holds(file)) return "a folder: name " + (folder / file).string();
  return "a folder: name the checkpoint or ONNX file in it";
}

}  // namespace fcn::tools

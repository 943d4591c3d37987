// SPDX-License-Identifier: MIT
// The file that torch.export.save() writes: a zip archive with the program as JSON and its weights, in the
// layouts of PyTorch 2.9 and later (raw weights), 2.8 (weights as torch.save writes them) and 2.2 to 2.7 (the
// same, without folders). Not here: the program itself (pt2_program.hpp).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/zip_reader.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/pt2/file/pt2_program.hpp"

namespace fcn::tools {

/// Whether a zip archive is a .pt2: by its members' names.
bool looks_like_pt2(const ByteSource& source, const Limits& limits = {});

class Pt2Archive {
 public:
  /// Lists the members and reads the program. `source` must outlive the archive.
  static Result<Pt2Archive> open(const ByteSource& source, const Limits& limits);

  /// The program that was read. Call once.
  [[nodiscard]] AtenProgram take_program() { return std::move(program_); }
  /// A parameter, buffer or constant by its name in the module ("layer1.0.conv1.weight").
  [[nodiscard]] Result<KnownTensor> tensor(const std::string& name) const;

 private:
  /// Tensors of one file: the archive itself, or a member that torch.save wrote.
  struct Payload {
    std::vector<std::byte> owned;       ///< a member's bytes
    std::unique_ptr<ByteSource> inner;  ///< over `owned`; null for the archive itself
    std::map<std::string, CheckpointTensor, std::less<>> tensors;
  };

  Pt2Archive(const ByteSource& source, const Limits& limits) : source_(&source), limits_(limits) {}
  Status read_members();
  Result<std::string> find_program(std::string& model) const;
  Result<std::string> text_of(const std::string& member) const;
  Status read_program_of(const std::string& member);
  Status read_config(const std::string& config, const std::string& folder);
  Status read_pickled(const std::string& member);

  const ByteSource* source_;
  Limits limits_;
  std::map<std::string, ZipEntry, std::less<>> members_;
  std::string root_;  ///< the folder that holds everything, with its slash; empty in older layouts
  AtenProgram program_;
  std::vector<Payload> payloads_;
};

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/export/embed/weights_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/base/printable.hpp"
#include "fcn/fcn.hpp"
#include "tools/shell/atomic_file.hpp"
#include "tools/shell/input_files.hpp"

namespace fcn::tools {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The array's name, from that of the output: "my-net" is my_net.
Result<std::string> array_name(const std::filesystem::path& output) {
  std::string name = output.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  std::replace(name.begin(), name.end(), '.', '_');
  const bool fits = !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
  if (fits) return name;
  return Error{
      ErrorCode::invalid_argument,
      "the file's name becomes that of an array, and may have letters, digits, '_', '-' and '.' only, a "
      "letter first",
      output.string()};
}

/// Valid in C99 and in C++. The comment does not end in the model's name, which could continue the line.
std::string header_begin(const WeightsSource& source, const std::string& model) {
  return fmt::format(
      "// The model \"{}\" as bytes, made by fcn-export to-header.\n"
      "//   C++: fcn::load_model(std::as_bytes(std::span({}, {}_size)))\n"
      "//   C:   fcn_model_load_memory({}, {}_size, &model)\n"
      "#pragma once\n\n#define {}_size {}u\n",
      printable(std::filesystem::path(model).filename().string()), source.name, source.name, source.name,
      source.name, source.name, source.bytes);
}

/// One byte of a string literal. Three octal digits never run into the next character; '?' could begin a
/// trigraph.
void append_escaped(std::string& text, std::byte byte) {
  const auto c = std::to_integer<unsigned>(byte);
  if (c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?') {
    text += static_cast<char>(c);
    return;
  }
  text += '\\';
  for (const unsigned shift : {6u, 3u, 0u}) text += static_cast<char>('0' + ((c >> shift) & 7u));
}

/// The bytes as string literals, which compilers read several times as fast as lists of numbers.
Status write_literals(AtomicFile& file, const ByteSource& bytes) {
  constexpr std::uint64_t kPiece = 1u << 16;
  constexpr std::size_t kLine = 32;
  for (std::uint64_t at = 0; at < bytes.size(); at += kPiece) {
    const auto piece = bytes.read(at, std::min(kPiece, bytes.size() - at));
    if (!piece) return piece.error();
    std::string text;
    for (std::size_t i = 0; i < piece->size(); ++i) {
      if (i % kLine == 0) text += "\n\"";
      append_escaped(text, (*piece)[i]);
      if (i % kLine == kLine - 1 || i + 1 == piece->size()) text += '"';
    }
    if (Status written = file.write(text); !written) return written;
  }
  return {};
}

Status write_byte_header(const WeightsSource& source, const std::string& model, const ByteSource& bytes) {
  auto file = AtomicFile::create(source.header);
  if (!file) return file.error();
  const std::string begin =
      header_begin(source, model) + fmt::format(
                                        "\n#pragma GCC diagnostic push\n"
                                        "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
                                        "static const unsigned char {}[] =",
                                        source.name);
  if (Status written = file->write(begin); !written) return written;
  if (Status written = write_literals(*file, bytes); !written) return written;
  if (Status written = file->write(";\n#pragma GCC diagnostic pop\n"); !written) return written;
  return file->commit();
}

Status write_text(const std::string& path, const std::string& text) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  if (Status written = file->write(text); !written) return written;
  return file->commit();
}

std::string declarations(const WeightsSource& source, const std::string& model) {
  return header_begin(source, model) + fmt::format(
                                           "\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n"
                                           "extern const unsigned char {}[{}_size];\n"
                                           "#ifdef __cplusplus\n}}\n#endif\n",
                                           source.name, source.name);
}

/// For GNU's and LLVM's assemblers, of every processor. A model of another size than the header says is an
/// error.
Result<std::string> assembler_text(const WeightsSource& source, const std::string& model) {
  std::string path;
  for (const char c : std::filesystem::absolute(model).lexically_normal().string()) {
    if (static_cast<unsigned char>(c) < ' ')
      return Error{ErrorCode::invalid_argument, "the path has control characters, which assemblers refuse",
                   model};
    if (c == '"' || c == '\\') path += '\\';
    path += c;
  }
  return fmt::format(
      "    .section .rodata\n    .balign 64\n    .global {0}\n    .type {0}, %object\n{0}:\n"
      "    .incbin \"{1}\"\n{0}_end:\n    .size {0}, {2}\n"
      "    .if {0}_end - {0} != {2}\n    .error \"the model changed: run fcn-export to-header again\"\n    "
      ".endif\n"
      "    .section .note.GNU-stack, \"\", %progbits\n",
      source.name, path, source.bytes);
}

}  // namespace

Result<WeightsSource> write_weights_source(const std::string& model, const std::string& output) {
  const std::filesystem::path path(output);
  const std::string kind = path.extension().string();
  if (kind != ".h" && kind != ".hpp" && kind != ".S")
    return Error{
        ErrorCode::invalid_argument,
        "the name must end in .h or .hpp, for a header with the bytes, or in .S for an assembler file",
        output};
  auto name = array_name(path);
  if (!name) return name.error();
  WeightsSource source{*std::move(name), 0, output, ""};
  if (kind == ".S") {
    source.header = std::filesystem::path(path).replace_extension(".h").string();
    source.assembler = output;
  }
  InputFiles inputs;
  inputs.add(model);
  if (Status kept = inputs.check_output(output, "-o"); !kept) return kept.error();
  if (Status kept = inputs.check_output(source.header, "-o"); !kept) return kept.error();

  if (const auto loaded = load_model(model); !loaded) return loaded.error();
  const auto bytes = ByteSource::open(model);
  if (!bytes) return bytes.error();
  source.bytes = bytes->size();
  if (kind != ".S") {
    if (Status written = write_byte_header(source, model, *bytes); !written) return written.error();
    return source;
  }
  const auto text = assembler_text(source, model);
  if (!text) return text.error();
  if (Status written = write_text(source.header, declarations(source, model)); !written)
    return written.error();
  if (Status written = write_text(source.assembler, *text); !written) return written.error();
  return source;
}

}  // namespace fcn::tools

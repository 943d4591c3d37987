// SPDX-License-Identifier: MIT
// fcn-export: messages and exit codes. Not here: the work (export_model.cpp, inspect_file.cpp) and the
// arguments (export_options.cpp).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/printable.hpp"
#include "tools/export/embed/weights_source.hpp"
#include "tools/export/export_model.hpp"
#include "tools/export/export_options.hpp"
#include "tools/export/export_report.hpp"
#include "tools/export/export_sandbox.hpp"
#include "tools/export/inspect_file.hpp"
#include "tools/export/layer_table.hpp"
#include "tools/shell/input_files.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/standard_streams.hpp"

namespace {

using fcn::Error;
using fcn::ErrorCode;
using fcn::Extent;
using fcn::Result;
using fcn::tools::ExportOptions;

constexpr int kExitFine = 0;
constexpr int kExitUsage = 2;
constexpr int kExitUnusable = 3;  // a file that cannot be used, or an output that cannot be written

/// One line on stderr, and the exit code.
int fail(const Error& error) noexcept {
  fcn::tools::tell_error("fcn-export", error);
  const bool usage = error.code == ErrorCode::invalid_argument || error.code == ErrorCode::too_small;
  return usage ? kExitUsage : kExitUnusable;
}

Error usage_error(std::string message, const char* option) {
  return {ErrorCode::invalid_argument, std::move(message), option};
}

/// The changes to the head, one line for each kind.
std::string head_report(const std::vector<fcn::passes::HeadChange>& changes, fcn::ModelKind kind) {
  if (kind == fcn::ModelKind::pixels) return "The network labels every pixel of a picture of any size.\n";
  if (changes.empty()) return "The network is fully convolutional already.\n";
  std::string text = "To work at every place of a larger picture:\n";
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    const auto alike = [&](const auto& other) { return other.found == at->found && other.made == at->made; };
    if (std::any_of(changes.begin(), at, alike)) continue;
    const auto others = std::count_if(at + 1, changes.end(), alike);
    const std::string more = others > 0 ? fmt::format(" and {} more", others) : "";
    text += fcn::printable(fmt::format("  {}{}: {} -> {}", at->node, more, at->found, at->made)) + "\n";
  }
  return text;
}

/// Which sizes the network accepts, if not all.
std::string size_report(const fcn::ModelInfo& info) {
  const Extent multiple = info.size_multiple;
  if (multiple == Extent{1, 1}) return "";
  if (info.kind == fcn::ModelKind::pixels)
    return fmt::format(
        "Its branches meet on some sizes only: those that differ from {0}x{1} by multiples of {2}x{3}. "
        "Other\n"
        "pictures are padded on the right and below, with their edge pixels, and the map is cut back.\n",
        info.window.x, info.window.y, multiple.x, multiple.y);
  return fmt::format(
      "Its branches meet on some sizes only: {0}x{1} and multiples of {2}x{3} more. Other pictures are "
      "padded\n"
      "on the right and below, with their edge pixels, and the map is that of the picture itself.\n",
      info.window.x, info.window.y, multiple.x, multiple.y);
}

std::string export_report(const fcn::tools::ExportReport& report, const std::string& output) {
  std::string text = fmt::format("{}, {}, {}, window {}x{}\n\n{}\n", report.info.name, report.format,
                                 report.classes == 1 ? "1 class" : fmt::format("{} classes", report.classes),
                                 report.info.window.x, report.info.window.y, report.layers);
  for (const std::string& note : report.notes) text += fmt::format("Note: {}.\n", fcn::printable(note));
  text += fcn::tools::preprocessing_table(report) + "\n";
  text += head_report(report.changes, report.info.kind) + size_report(report.info) + "\n";
  if (report.info.kind == fcn::ModelKind::pixels)
    text += fmt::format(
        "Converted: as trained and as written its logits differ by {:.2g} (logits up to {:.3g})\n",
        report.proof.largest_difference, report.proof.scale);
  else
    text += fmt::format(
        "Converted: on one window the map's cell and the classifier differ by {:.2g} (logits up to {:.3g})\n",
        report.proof.largest_difference, report.proof.scale);
  if (report.probability_proof)
    text += fmt::format("  its probabilities by {:.2g}\n", report.probability_proof->largest_difference);
  if (report.kernel_check)
    text += fmt::format("Computed with the {} kernels, whose bits were the reference's on {}x{} pixels\n",
                        report.proof_arch, report.kernel_check->x, report.kernel_check->y);
  text += fcn::tools::meaning_text(report.meaning, report.classes);
  return text + fmt::format("Written: {}, {} bytes\n", fcn::printable(output),
                            fcn::tools::with_commas(report.file_bytes));
}

int show(const Result<std::string>& text) {
  if (!text) return fail(text.error());
  const fcn::Status shown = fcn::tools::write_to_stdout(*text);
  return shown ? kExitFine : fail(shown.error());
}

bool shows_progress = false;

/// On a terminal the current stage is shown on a line that is cleared at the end and before messages.
fcn::tools::ExportRequest with_progress(fcn::tools::ExportRequest request, bool quiet) {
  shows_progress = !quiet && ::isatty(STDERR_FILENO) == 1;
  if (shows_progress)
    request.progress = [](const char* stage) {
      fcn::tools::write_to_stderr(fmt::format("\r\x1b[K{} ...", stage));
    };
  return request;
}

void clear_progress() {
  if (shows_progress) fcn::tools::write_to_stderr("\r\x1b[K");
}

int run_export(ExportOptions options) {
  if (options.request.checkpoint.empty())
    return fail(usage_error("name a checkpoint to convert (see --help)", "CHECKPOINT"));
  if (options.request.output.empty())
    return fail(usage_error("say where the model goes (see --help)", "-o FILE"));
  fcn::tools::InputFiles inputs;
  inputs.add(options.labels);
  if (const fcn::Status kept = inputs.check_output(options.request.output, "-o"); !kept)
    return fail(kept.error());
  if (!options.labels.empty()) {
    auto labels = fcn::tools::read_label_file(options.labels);
    if (!labels) return fail(usage_error(labels.error().to_string(), "--labels"));
    options.request.labels = *std::move(labels);
    options.request.labels_source = options.labels;
  }
  const auto report = fcn::tools::export_model(with_progress(options.request, options.quiet));
  clear_progress();
  if (!report) return fail(report.error());
  if (options.quiet) return kExitFine;
  return show(export_report(*report, options.request.output));
}

int run_to_header(const std::string& model, const std::string& output) {
  if (output.empty()) return fail(usage_error("say where the source goes (see to-header --help)", "-o FILE"));
  const auto written = fcn::tools::write_weights_source(model, output);
  if (!written) return fail(written.error());
  const std::string also = written->assembler.empty()
                               ? ""
                               : fmt::format("\nAssemble and link: {}", fcn::printable(written->assembler));
  return show(fmt::format("Written: {}, the array {} of {} bytes{}\n", fcn::printable(written->header),
                          written->name, fcn::tools::with_commas(written->bytes), also));
}

int run(int argc, char** argv) {
  std::string help;
  auto options = fcn::tools::parse_export_arguments(argc, argv, help);
  if (!options) return fail(options.error());
  if (!*options) return show(help);
  if ((*options)->version) return show(std::string("fcn-export " FCN_VERSION "\n"));
  if ((*options)->sandbox)
    if (const fcn::Status entered = fcn::tools::enter_export_sandbox(**options); !entered) {
      fail(entered.error());
      return kExitUsage;
    }
  fcn::tools::end_cleanly_when_interrupted();
  if ((*options)->inspect) return show(fcn::tools::inspect_file((*options)->file, (*options)->inspection));
  if ((*options)->verify) return show(fcn::tools::verify_model((*options)->file));
  if ((*options)->to_header) return run_to_header((*options)->file, (*options)->source_output);
  return run_export(**std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  fcn::tools::hold_standard_streams();
  fcn::tools::outlive_failed_writes();
  fcn::tools::end_cleanly_without_memory("fcn-export", kExitUnusable);
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail({ErrorCode::out_of_memory, "out of memory", ""});
  } catch (const std::exception& error) {
    return fail({ErrorCode::io, error.what(), ""});
  }
}

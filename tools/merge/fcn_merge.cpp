// SPDX-License-Identifier: MIT
// fcn-merge: joins the results files of several workers and says whether every picture is there. Not here:
// the joining (merge_results.cpp).
#include <fmt/format.h>

#include <exception>
#include <new>

#include "fcn/base/printable.hpp"
#include "tools/merge/merge_results.hpp"
#include "tools/shell/command_line.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/standard_streams.hpp"

namespace {

using namespace fcn;
using namespace fcn::tools;

constexpr int kExitFine = 0;
constexpr int kExitFailures = 1;  // joined, but some pictures failed
constexpr int kExitUsage = 2;
constexpr int kExitIncomplete = 3;    // pictures are missing, or not listed
constexpr int kExitInconsistent = 4;  // lines contradict each other, or are damaged
constexpr int kExitBusy = 5;          // a worker writes one of the files
constexpr int kExitIo = 6;

struct MergeOptions {
  MergeRequest request;
  bool sharded = false;
  bool quiet = false;
  bool version = false;
};

void say(const std::string& text) {
  write_to_stderr("fcn-merge: " + printable(text) + "\n");
}

int fail(const Error& error) {
  say(error.to_string());
  if (error.code == ErrorCode::invalid_argument) return kExitUsage;
  return error.code == ErrorCode::busy ? kExitBusy : kExitIo;
}

int print(const std::string& text) {
  const Status written = write_to_stdout(text);
  return written ? kExitFine : fail(written.error());
}

std::string summary(const MergeReport& report) {
  std::string text =
      fmt::format("{} pictures in {} files: {} results, {} failures", report.results + report.failures,
                  report.files, report.results, report.failures);
  if (report.repeated > 0) text += fmt::format("; {} repeated lines", report.repeated);
  if (report.damaged > 0) text += fmt::format("; {} damaged lines", report.damaged);
  if (report.missing > 0) text += fmt::format("; {} pictures missing", report.missing);
  if (report.unlisted > 0) text += fmt::format("; {} pictures not in the list", report.unlisted);
  if (report.conflicts > 0) text += fmt::format("; {} contradictions", report.conflicts);
  return text + "\n";
}

int exit_code(const MergeReport& report) {
  if (!report.is_consistent()) return kExitInconsistent;
  if (!report.is_complete()) return kExitIncomplete;
  return report.failures > 0 ? kExitFailures : kExitFine;
}

int merge(const MergeOptions& options) {
  const auto report = merge_results(options.request);
  if (!report) return fail(report.error());
  for (const std::string& note : report->notes) say(note);
  if (!options.request.output.empty() && !report->written)
    say(options.request.output + " is not written" +
        (report->conflicts > 0 ? "" : "; --partial writes what is there"));
  const int code = exit_code(*report);
  const int shown = options.quiet ? kExitFine : print(summary(*report));
  return code != kExitFine ? code : shown;
}

int run(int argc, const char* const* argv) {
  MergeOptions options;
  CommandLine line(
      "fcn-merge",
      "Joins the files of fcn-infer --results: each picture once, by name, so that the\nfile does "
      "not depend on how the pictures were divided.",
      "Exit codes: 0 all there, 1 the same, but some pictures failed, 2 usage,\n3 pictures are missing "
      "or not listed, 4 lines contradict each other or are\ndamaged, 5 a worker writes a file, 6 a file "
      "cannot be read or written,\n130 interrupted.");
  OptionGroup group = line.group("Options");
  group.arguments("FILE", options.request.files, "Files of --results, or folders of them");
  group.text("-o,--output", "FILE", options.request.output,
             "The joined file, whole or not at all; without it the\nfiles are checked only");
  group.text(
      "--list", "FILE", options.request.list,
      "The pictures that must be there, as for fcn-infer --list;\nlines that are damaged then count as "
      "missing");
  group.value(
      "--shard", "I/N",
      [&options](const std::string& text) -> Status {
        auto shard = parse_shard(text);
        if (!shard) return shard.error();
        options.request.shard = *shard;
        options.sharded = true;
        return {};
      },
      "With --list: only the pictures of that share must be\nthere, as for fcn-infer --shard");
  group.flag("--partial", options.request.partial,
             "Write although pictures are missing or lines are damaged");
  group.flag("-q,--quiet", options.quiet, "Only what is wrong");
  group.flag("--version", options.version, "Print the version");
  const auto outcome = line.parse(argc, argv);
  if (!outcome) return fail(outcome.error());
  if (*outcome == CommandLine::Outcome::help_wanted) return print(line.help());
  if (options.version) return print("fcn-merge " FCN_VERSION "\n");
  if (options.request.files.empty())
    return fail({ErrorCode::invalid_argument, "no results file given; fcn-merge --help shows how", ""});
  if (options.sharded && options.request.list.empty())
    return fail({ErrorCode::invalid_argument, "--shard needs --list FILE", ""});
  return merge(options);
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  outlive_failed_writes();
  end_cleanly_without_memory("fcn-merge", kExitIo);
  end_cleanly_when_interrupted();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail({ErrorCode::out_of_memory, "out of memory", ""});
  } catch (const std::exception& error) {
    return fail({ErrorCode::io, error.what(), ""});
  }
}

// SPDX-License-Identifier: MIT
// fcn-infer: picks the arch, loads the model, and hands over. Not here: arguments (parse_arguments.cpp), the
// work (infer_run.cpp).
#include <fmt/format.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <cstdio>
#include <exception>
#include <limits>
#include <new>
#include <utility>

#include "fcn/kernels/select.hpp"
#include "fcn/model.hpp"
#include "tools/infer/default_model.hpp"
#include "tools/infer/infer_run.hpp"
#include "tools/infer/infer_sandbox.hpp"
#include "tools/infer/input_list.hpp"
#include "tools/infer/parse_arguments.hpp"
#include "tools/infer/picture_runner.hpp"
#include "tools/pictures/picture_formats.hpp"
#include "tools/report/terminal_report.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/standard_streams.hpp"

namespace {

using namespace fcn;
using namespace fcn::tools;

int exit_after_printing(const std::string& text) {
  return print_result(text) ? kExitFine : kExitImageFailed;
}

/// Whoever states a limit for a picture means that and no other.
Limits limits_of(const InferOptions& options) {
  Limits limits;
  if (options.max_work == 0) return limits;
  limits.max_work = options.max_work;
  limits.max_work_per_pixel = std::numeric_limits<std::uint64_t>::max();
  return limits;
}

Result<Model> load_model(const std::string& path, const kernels::KernelTable* table,
                         const InferOptions& options) {
  auto model = Model::load(path, {.table = table,
                                  .limits = limits_of(options),
                                  .algorithm = options.algorithm,
                                  .unfused = !options.layers.empty(),
                                  .activation = options.activation});
  if (!model) return model;
  if (const int channels = model->input_channels(); channels != 3 && channels != 1)
    return Error{ErrorCode::unsupported,
                 fmt::format("the model wants {} channels; pictures have three, or one as grey", channels),
                 path};
  return model;
}

int run(const InferOptions& options) {
  const kernels::TableChoice choice = kernels::select_table();
  if (choice.table == nullptr) {
    print_error({ErrorCode::invalid_argument, choice.error, ""});
    return kExitUsage;
  }
  if (options.version)
    return exit_after_printing(
        fmt::format("fcn-infer {} ({})\nreads {}\n", FCN_VERSION, choice.table->arch, readable_formats()));

  auto path = options.model.empty() ? find_default_model() : Result<std::string>(options.model);
  if (!path) {
    print_error(path.error());
    return kExitModel;
  }
  InputList inputs = options.list_classes ? InputList() : list_inputs(options.inputs);
  if (!options.list.empty() && !options.list_classes && !streams_paths(options))
    add_listed_inputs(options.list, inputs);
  if (options.sandbox) {
    if (const Status entered = enter_infer_sandbox(options, *path, inputs); !entered) {
      print_error(entered.error());
      return kExitUsage;
    }
    end_cleanly_when_interrupted();
  }
  const auto model = load_model(*path, choice.table, options);
  if (!model) {
    print_error(model.error());
    return kExitModel;
  }
  if (options.list_classes) return exit_after_printing(class_list(model->info(), class_count(*model)));
  return infer_pictures(*model, *path, options, std::move(inputs));
}

}  // namespace

int main(int argc, char** argv) {
#if defined(__GLIBC__)
  // Large blocks go back to the system when they are freed. By default malloc keeps more and more of
  // them, and --plan would no longer predict the process's memory.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
#endif
  hold_standard_streams();
  outlive_failed_writes();
  end_cleanly_without_memory("fcn-infer", kExitImageFailed);
  try {
    const ParsedArguments arguments = parse_infer_arguments(argc, argv);
    if (!arguments.options) return arguments.exit_code;
    if (!arguments.options->sandbox) end_cleanly_when_interrupted();
    return run(*arguments.options);
  } catch (const std::bad_alloc&) {
    print_error({ErrorCode::out_of_memory, "out of memory", ""});
  } catch (const std::exception& error) {
    print_error({ErrorCode::io, error.what(), ""});
  }
  return kExitImageFailed;
}

// SPDX-License-Identifier: MIT
// Means, sums, extremes, variances and norms along axes; softmax.
#include <cmath>
#include <limits>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// The axes that `dim` names; all where it is left out or empty.
Numbers reduced_axes(AtenCall& call) {
  const std::size_t rank = call.rank("self");
  Numbers axes;
  for (const std::int64_t axis : call.integers("dim"))
    axes.push_back(rank == 0 ? 0 : static_cast<std::int64_t>(call.axis("self", axis)));
  if (axes.empty())
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

std::string reduce(AtenCall& call, const char* type, const std::string& x, bool keep) {
  return call.emit(type, {x, call.list(reduced_axes(call))}, {{"keepdims", std::int64_t{keep ? 1 : 0}}});
}

/// ONNX's reduction of this type.
template <const char* type>
ValueNames reduction(AtenCall& call) {
  if (!is_real(call.meta("self"))) throw Refusal{"reduces a tensor of integers"};
  return {reduce(call, type, call.tensor("self"), call.boolean("keepdim", false))};
}

/// The squares of what is left without the mean, summed along the axes and divided by their number less the
/// correction; and the mean.
std::pair<std::string, std::string> variance_and_mean(AtenCall& call) {
  const std::string x = call.tensor("self");
  const bool keep = call.boolean("keepdim", false);
  const std::string mean = reduce(call, "ReduceMean", x, true);
  const std::string rest = call.emit("Sub", {x, mean});
  std::string variance = reduce(call, "ReduceMean", call.emit("Mul", {rest, rest}), keep);
  double correction = call.real("correction", 1);
  if (call.has("unbiased")) correction = call.boolean("unbiased", true) ? 1 : 0;
  if (correction != 0) {
    double count = 1;
    for (const std::int64_t axis : reduced_axes(call))
      count *= static_cast<double>(call.fixed_size("self", static_cast<std::size_t>(axis)));
    // On another picture a map has another number of places. Along channels there are always as many.
    for (const std::int64_t axis : reduced_axes(call))
      if (call.depends_on_picture("self") && axis != 1 &&
          call.fixed_size("self", static_cast<std::size_t>(axis)) != 1)
        throw Refusal{
            "takes the unbiased variance over places, whose number differs from picture to picture; "
            "supported is correction=0"};
    if (!(count - correction > 0)) throw Refusal{"takes the variance of too few values"};
    variance = call.emit("Mul", {variance, call.number(count / (count - correction))});
  }
  return {variance, keep ? mean : reduce(call, "ReduceMean", x, false)};
}

ValueNames variance(AtenCall& call) {
  return {variance_and_mean(call).first};
}
ValueNames deviation(AtenCall& call) {
  return {call.emit("Sqrt", {variance_and_mean(call).first})};
}
ValueNames both(AtenCall& call) {
  auto [variance, mean] = variance_and_mean(call);
  return {std::move(variance), std::move(mean)};
}
ValueNames deviation_and_mean(AtenCall& call) {
  const auto [variance, mean] = variance_and_mean(call);
  return {call.emit("Sqrt", {variance}), mean};
}

ValueNames norm(AtenCall& call) {
  const double order = call.has("ord") ? call.real("ord") : call.real("p", 2);
  const std::string x = call.tensor("self");
  const bool keep = call.boolean("keepdim", false);
  if (order == 2) return {reduce(call, "ReduceL2", x, keep)};
  if (order == 1) return {reduce(call, "ReduceL1", x, keep)};
  if (order == std::numeric_limits<double>::infinity())
    return {reduce(call, "ReduceMax", call.emit("Abs", {x}), keep)};
  throw Refusal{"is the norm of order " + std::to_string(order) + ", supported are 1, 2 and infinity"};
}

template <const char* type>
ValueNames along_axis(AtenCall& call) {
  return {call.emit(type, {call.tensor("self")}, {{"axis", call.integer("dim", -1)}})};
}

ValueNames arg_max(AtenCall& call) {
  if (!call.has("dim")) throw Refusal{"takes the largest of all values"};
  return {call.emit(
      "ArgMax", {call.tensor("self")},
      {{"axis", call.integer("dim")}, {"keepdims", std::int64_t{call.boolean("keepdim", false) ? 1 : 0}}})};
}

/// max(x) of all values, max(x, dim), which has indices too, or max(x, y).
template <const char* reduced, const char* paired>
ValueNames extreme(AtenCall& call) {
  if (call.has("other")) return {call.emit(paired, {call.tensor("self"), call.tensor("other")})};
  return reduction<reduced>(call);
}

constexpr char kMean[] = "ReduceMean", kSum[] = "ReduceSum", kLargest[] = "ReduceMax",
               kSmallest[] = "ReduceMin", kMax[] = "Max", kMin[] = "Min", kSoftmax[] = "Softmax",
               kLogSoftmax[] = "LogSoftmax";

constexpr AtenRule kAtenReductionsRules[] = {{"_log_softmax", along_axis<kLogSoftmax>},
                                             {"_softmax", along_axis<kSoftmax>},
                                             {"amax", reduction<kLargest>},
                                             {"amin", reduction<kSmallest>},
                                             {"argmax", arg_max},
                                             {"frobenius_norm", norm},
                                             {"linalg_vector_norm", norm},
                                             {"log_softmax", along_axis<kLogSoftmax>},
                                             {"max", extreme<kLargest, kMax>},
                                             {"mean", reduction<kMean>},
                                             {"min", extreme<kSmallest, kMin>},
                                             {"norm", norm},
                                             {"softmax", along_axis<kSoftmax>},
                                             {"std", deviation},
                                             {"std_mean", deviation_and_mean},
                                             {"sum", reduction<kSum>},
                                             {"var", variance},
                                             {"var_mean", both}};

}  // namespace

std::span<const AtenRule> aten_reduction_rules() {
  return kAtenReductionsRules;
}

}  // namespace fcn::tools

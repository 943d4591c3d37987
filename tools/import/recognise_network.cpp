// SPDX-License-Identifier: MIT
#include "tools/import/recognise_network.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/base/dtype.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "tools/import/families/family_builder.hpp"

namespace fcn::tools {
namespace {

constexpr std::string_view kInstead =
    "In Python, with the model at hand, torch.export.save(torch.export.export(model.eval(), (torch.zeros(1, "
    "3, 224, "
    "224),)), \"model.pt2\") writes any network";

/// The prefixes below which there is a tensor of that name.
std::set<std::string> prefixes_of(const Checkpoint& checkpoint, std::string_view anchor) {
  std::set<std::string> prefixes;
  for (const CheckpointTensor& tensor : checkpoint.tensors()) {
    const std::string_view name = tensor.name;
    if (!name.ends_with(anchor)) continue;
    const std::string_view prefix = name.substr(0, name.size() - anchor.size());
    if (prefix.empty() || prefix.ends_with('.')) prefixes.emplace(prefix);
  }
  return prefixes;
}

/// A network built below a prefix, complete or up to an Error.
struct Attempt {
  std::string prefix;
  std::optional<Error> error;
  std::set<std::string> used;
  ImportedNetwork network;
};

Attempt attempt(const Checkpoint& checkpoint, const FamilyLibrary& library, const Family& family,
                const std::string& prefix) {
  Attempt made;
  made.prefix = prefix;
  WeightSource weights(checkpoint, prefix);
  FamilyBuilder builder(library, family, weights);
  builder.build();
  made.used = weights.used();
  made.error = weights.error();
  const auto name = builder.name();
  made.network.name = name.value_or(std::string(family.name));
  if (!made.error && !name)
    made.error = Error{
        ErrorCode::unsupported,
        "has the names of " + made.network.name + ", but another number of blocks. " + std::string(kInstead),
        checkpoint.path()};
  made.network.notes = builder.notes();
  made.network.window = Extent{family.window, family.window};
  if (!made.error)
    if (const Status valid = validate_graph(builder.graph()); !valid)
      made.error = valid.error().at(checkpoint.path());
  made.network.graph = std::move(builder.graph());
  return made;
}

/// Counters of training and of profilers; integers are never weights.
bool is_bookkeeping(const CheckpointTensor& tensor) {
  constexpr std::string_view names[] = {"num_batches_tracked", "total_ops", "total_params", "n_averaged"};
  const std::string_view last = std::string_view(tensor.name).substr(tensor.name.rfind('.') + 1);
  return !is_float(tensor.dtype) || std::find(std::begin(names), std::end(names), last) != std::end(names);
}

/// Whether a tensor belongs to training or evaluation, by the first word of its name.
bool is_of_training(std::string_view name) {
  std::string first(name.substr(0, name.find('.')));
  for (char& letter : first)
    letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
  constexpr std::string_view words[] = {"criterion", "loss",    "metric",    "acc",   "auroc",
                                        "f1",        "confmat", "precision", "recall"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return first.find(word) != std::string::npos; });
}

/// Checks the unused tensors: none, irrelevant ones (mentioned in a note), or a sign of another network.
Status check_rest(const Checkpoint& checkpoint, Attempt& made, const std::set<std::string>& other_networks) {
  std::string unused;
  for (const CheckpointTensor& tensor : checkpoint.tensors()) {
    if (made.used.contains(tensor.name) || is_bookkeeping(tensor)) continue;
    const bool elsewhere =
        std::any_of(other_networks.begin(), other_networks.end(), [&](const std::string& prefix) {
          return !prefix.empty() && prefix != made.prefix && tensor.name.starts_with(prefix);
        });
    if (!elsewhere && !is_of_training(tensor.name))
      return Error{ErrorCode::unsupported,
                   "is not part of " + made.network.name +
                       ", whose other tensors are all there: this is another "
                       "network. " +
                       std::string(kInstead),
                   checkpoint.path() + ": tensor " + tensor.name};
    if (!elsewhere) unused += (unused.empty() ? "" : ", ") + tensor.name;
  }
  if (!unused.empty()) made.network.notes.push_back("not part of the network, left out: " + unused);
  return {};
}

/// Chooses among networks below several prefixes: averages of weights before weights.
const Attempt* preferred(const std::vector<Attempt>& whole) {
  for (const std::string_view word : {"ema", "teacher", "model", "student"}) {
    const auto found = std::find_if(whole.begin(), whole.end(), [&](const Attempt& made) {
      return made.prefix.find(word) != std::string::npos;
    });
    if (found != whole.end()) return &*found;
  }
  return nullptr;
}

Error not_recognised(const Checkpoint& checkpoint, const FamilyLibrary& library) {
  std::string names;
  for (const Family& family : library.families)
    names += (names.empty() ? "" : ", ") + std::string(family.name);
  return {ErrorCode::unsupported,
          "network not recognised by its " + std::to_string(checkpoint.tensors().size()) + " tensors" +
              (checkpoint.tensors().empty() ? "" : ", the first is " + checkpoint.tensors().front().name) +
              "; known families: " + names + ". " + std::string(kInstead),
          checkpoint.path()};
}

/// Takes one of the complete networks.
Result<Attempt*> choose(const Checkpoint& checkpoint, std::vector<Attempt>& whole) {
  if (whole.size() == 1) return &whole[0];
  // A network for pixels is a classifier's body with another head, and has all of its tensors.
  for (Attempt& made : whole) {
    const bool has_all = std::all_of(whole.begin(), whole.end(), [&](const Attempt& other) {
      return std::includes(made.used.begin(), made.used.end(), other.used.begin(), other.used.end());
    });
    const bool has_more = std::any_of(whole.begin(), whole.end(), [&](const Attempt& other) {
      return made.used.size() > other.used.size();
    });
    if (has_all && has_more) return &made;
  }
  if (const Attempt* best = preferred(whole)) {
    const auto at = static_cast<std::size_t>(best - whole.data());
    whole[at].network.notes.push_back("there are several networks; taken is the one below \"" + best->prefix +
                                      "\"");
    return &whole[at];
  }
  return Error{ErrorCode::unsupported,
               "holds several networks, below \"" + whole[0].prefix + "\" (" + whole[0].network.name +
                   ") and \"" + whole[1].prefix + "\" (" + whole[1].network.name +
                   "): save one of them alone",
               checkpoint.path()};
}

}  // namespace

Result<ImportedNetwork> recognise_network(const Checkpoint& checkpoint) {
  const Result<FamilyLibrary>& library = family_library();
  if (!library) return library.error();
  std::vector<Attempt> whole;
  std::optional<Attempt> nearest;  // of those that failed
  std::set<std::string> prefixes;
  for (const Family& family : library->families) {
    for (const std::string& prefix : prefixes_of(checkpoint, family.needs[0])) {
      WeightSource weights(checkpoint, prefix);
      if (!FamilyBuilder(*library, family, weights).recognises()) continue;
      Attempt made = attempt(checkpoint, *library, family, prefix);
      prefixes.insert(prefix);
      if (!made.error)
        whole.push_back(std::move(made));
      else if (!nearest || made.used.size() > nearest->used.size())
        nearest = std::move(made);
    }
  }
  if (whole.empty()) return nearest ? *nearest->error : not_recognised(checkpoint, *library);
  const auto chosen = choose(checkpoint, whole);
  if (!chosen) return chosen.error();
  if (const Status rest = check_rest(checkpoint, **chosen, prefixes); !rest) return rest.error();
  ImportedNetwork network = std::move((*chosen)->network);
  network.notes.insert(network.notes.begin(), checkpoint.notes().begin(), checkpoint.notes().end());
  if (!(*chosen)->prefix.empty())
    network.notes.push_back("names begin with \"" + (*chosen)->prefix + "\", which was taken off");
  return network;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A bounded walk over the containers of a pickle; every record is visited once, so that cycles and sharing
// are harmless.
#include "tools/import/checkpoints/state_dicts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <utility>

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr int kMostDepth = 8;            // of containers around a state_dict
constexpr std::size_t kMostListed = 12;  // state_dicts in a message

/// Keys under which training scripts keep weights, the best first: averages of the weights are what is
/// evaluated (timm's order), and a teacher is such an average.
constexpr std::string_view kPreferred[] = {"state_dict_ema",
                                           "model_ema",
                                           "ema_state_dict",
                                           "model_ema_state_dict",
                                           "ema_model",
                                           "params_ema",
                                           "ema",
                                           "teacher",
                                           "teacher_state_dict",
                                           "state_dict",
                                           "model_state_dict",
                                           "model",
                                           "model_state",
                                           "net",
                                           "network",
                                           "weights",
                                           "params",
                                           "module",
                                           "student",
                                           "student_state_dict"};

/// A dict that holds tensors, and the way to it.
struct DictCandidate {
  std::string path;  ///< "model_ema.module"; empty for the object itself
  const PickleRecord* dict = nullptr;
  std::size_t tensors = 0;
  std::size_t rank = std::size(kPreferred);  ///< of the best key on the way
};

std::size_t rank_of(std::string_view key) {
  return static_cast<std::size_t>(std::find(std::begin(kPreferred), std::end(kPreferred), key) -
                                  std::begin(kPreferred));
}

/// State of training that holds tensors, but no weights.
bool is_training_state(std::string_view key) {
  std::string lower(key.substr(0, 64));
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  constexpr std::string_view words[] = {"optim", "sched", "scaler", "rng", "loops", "callbacks"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

class Walk {
 public:
  Walk(const Pickle& pickle, IsTensor is_tensor)
      : pickle_(pickle), is_tensor_(is_tensor), seen_(pickle.records.size(), false) {}

  std::vector<DictCandidate> run() {
    visit(pickle_.root, {}, 0);
    return std::move(found_);
  }

 private:
  void visit(PickleId id, const DictCandidate& at, int depth) {
    if (seen_[id] || depth > kMostDepth) return;
    seen_[id] = true;
    const PickleRecord& record = pickle_[id];
    if (record.kind == Kind::dict) return visit_dict(record, at, depth);
    if (record.kind != Kind::list && record.kind != Kind::tuple) return;
    for (std::size_t i = 0; i < record.items.size(); ++i)
      visit(record.items[i], inside(at, std::to_string(i)), depth + 1);
  }
  void visit_dict(const PickleRecord& dict, const DictCandidate& at, int depth) {
    DictCandidate candidate = at;
    candidate.dict = &dict;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
      if (pickle_[dict.items[i]].kind == Kind::string && is_tensor_(pickle_, pickle_[dict.items[i + 1]]))
        ++candidate.tensors;
    if (candidate.tensors > 0) found_.push_back(candidate);
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const PickleRecord& key = pickle_[dict.items[i]];
      if (key.kind == Kind::string && !is_training_state(key.text))
        visit(dict.items[i + 1], inside(at, key.text.substr(0, 64)), depth + 1);
    }
  }
  static DictCandidate inside(const DictCandidate& at, std::string_view key) {
    DictCandidate inner;
    inner.path = at.path + (at.path.empty() ? "" : ".") + std::string(key);
    inner.rank = std::min(at.rank, rank_of(key));
    return inner;
  }

  const Pickle& pickle_;
  IsTensor is_tensor_;
  std::vector<bool> seen_;
  std::vector<DictCandidate> found_;
};

std::string quoted(const DictCandidate& candidate) {
  return candidate.path.empty() ? "the object itself" : "\"" + candidate.path + "\"";
}

std::string list_of(const std::vector<DictCandidate>& candidates, const DictCandidate* except = nullptr) {
  std::string text;
  std::size_t count = 0;
  for (const DictCandidate& candidate : candidates) {
    if (&candidate == except) continue;
    if (++count > kMostListed) return text + ", ...";
    text += (text.empty() ? "" : ", ") + quoted(candidate);
  }
  return text;
}

/// Why there is nothing to read: a whole module, weights that are not tensors, or nothing at all.
Error nothing_found(const Pickle& pickle) {
  const auto is_object = [](const PickleRecord& record) { return record.kind == Kind::opaque; };
  const PickleRecord* object = is_object(pickle[pickle.root]) ? &pickle[pickle.root] : nullptr;
  if (object == nullptr && pickle[pickle.root].kind == Kind::dict)
    for (const std::string_view key : kPreferred)
      if (const PickleRecord* value = pickle.find(pickle[pickle.root], key);
          value != nullptr && object == nullptr)
        object = is_object(*value) ? value : nullptr;
  if (object != nullptr) {
    std::string name(object->text);
    std::replace(name.begin(), name.end(), ' ', '.');
    return {ErrorCode::unsupported,
            "holds a whole module of class " + name +
                ", as torch.save(model) writes it, which only its own Python code can rebuild; nothing was "
                "executed. In Python, torch.save(model.state_dict(), path), or torch.export.save("
                "torch.export.export(model.eval(), (torch.zeros(1, 3, 224, 224),)), \"model.pt2\")",
            ""};
  }
  return {ErrorCode::unsupported,
          "holds no state_dict: expected a dict of tensors, or one inside dicts, lists or tuples; in Python, "
          "torch.save(model.state_dict(), path)",
          ""};
}

/// Whether `key` is the candidate's path or the end of it.
bool is_named(const DictCandidate& candidate, std::string_view key) {
  if (!std::string_view(candidate.path).ends_with(key)) return false;
  const std::size_t before = candidate.path.size() - key.size();
  return before == 0 || candidate.path[before - 1] == '.';
}

Result<const DictCandidate*> named(const std::vector<DictCandidate>& candidates, std::string_view key) {
  const DictCandidate* best = nullptr;
  for (const DictCandidate& candidate : candidates) {
    const bool wrapped = candidate.path.starts_with(std::string(key) + ".");
    if (!is_named(candidate, key) && !wrapped) continue;
    if (best == nullptr || candidate.tensors > best->tensors) best = &candidate;
  }
  if (best != nullptr) return best;
  return Error{
      ErrorCode::invalid_argument,
      "there is no \"" + std::string(key.substr(0, 64)) + "\" with tensors; there is " + list_of(candidates),
      "--key"};
}

/// Of those with at least half as many tensors as the largest, the one with the best name; of equals the
/// first.
const DictCandidate* best_of(std::vector<DictCandidate>& candidates) {
  std::size_t most = 0;
  for (const DictCandidate& candidate : candidates) most = std::max(most, candidate.tensors);
  std::erase_if(candidates, [&](const DictCandidate& candidate) { return 2 * candidate.tensors < most; });
  return &*std::min_element(candidates.begin(), candidates.end(),
                            [](const DictCandidate& a, const DictCandidate& b) { return a.rank < b.rank; });
}

}  // namespace

Result<ChosenState> choose_state_dict(const Pickle& pickle, const Limits& limits, IsTensor is_tensor,
                                      std::string_view key) {
  std::vector<DictCandidate> candidates = Walk(pickle, is_tensor).run();
  if (candidates.empty()) return nothing_found(pickle);
  const auto chosen =
      key.empty() ? Result<const DictCandidate*>(best_of(candidates)) : named(candidates, key);
  if (!chosen) return chosen.error();
  ChosenState state;
  if (candidates.size() > 1 && key.empty())
    state.notes.push_back("the weights are those of " + quoted(**chosen) + "; there is also " +
                          list_of(candidates, *chosen) + " (--key picks)");
  const PickleRecord& dict = *(*chosen)->dict;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleRecord& name = pickle[dict.items[i]];
    const PickleRecord& value = pickle[dict.items[i + 1]];
    if (name.kind != Kind::string || !is_tensor(pickle, value)) continue;  // a counter or an option
    if (state.entries.size() >= limits.max_tensors || name.text.size() > limits.max_name_bytes)
      return Error{ErrorCode::limit_exceeded,
                   "more than " + std::to_string(limits.max_tensors) + " tensors, or a name longer than " +
                       std::to_string(limits.max_name_bytes) + " bytes",
                   ""};
    state.entries.push_back({name.text, &value});
  }
  return state;
}

}  // namespace fcn::tools

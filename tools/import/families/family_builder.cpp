// SPDX-License-Identifier: MIT
#include "tools/import/families/family_builder.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "tools/import/families/classifier_head.hpp"

namespace fcn::tools {
namespace {

std::optional<int> integer(std::string_view text) {
  int value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Item number `index` of "a,b,c"; the last one stands for all that follow.
std::string list_item(std::string_view list, int index) {
  for (; index > 0; --index) {
    const std::size_t comma = list.find(',');
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return std::string(list.substr(0, list.find(',')));
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

}  // namespace

int FamilyBuilder::Call::number(const std::string& option, int otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? otherwise : integer(found->second).value_or(otherwise);
}

bool FamilyBuilder::Call::flag(std::string_view word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool FamilyBuilder::recognises() {
  return holds(family_.needs, {});
}

void FamilyBuilder::build() {
  Scope scope;
  run(family_.layers->body, scope);
  for (const std::string_view name : family_.ignored) layers_.weights().drop(std::string(name));
}

std::optional<std::string> FamilyBuilder::name() {
  for (const FamilyLine* line : family_.names)
    if (holds({line->words.begin() + 1, line->words.end()}, {}) &&
        (line->option("blocks").empty() || line->option("blocks") == blocks_))
      return line->words[0] == "-" ? std::nullopt : std::optional(std::string(line->words[0]));
  if (family_.strict) return std::nullopt;
  return std::string(family_.name);
}

std::vector<std::string> FamilyBuilder::notes() {
  std::vector<std::string> notes = notes_;
  for (const FamilyLine* line : family_.notes) notes.push_back(joined(line->words));
  return notes;
}

void FamilyBuilder::run(const std::vector<FamilyLine>& lines, Scope& scope) {
  bool held = true;  // the result of the last condition
  for (const FamilyLine& line : lines) {
    if (layers_.weights().error()) return;
    if (line.op == "when") held = holds(line.words, scope);
    if (line.op == "when" ? held : line.op == "else" ? !held : false)
      run(line.body, scope);
    else if (line.op != "when" && line.op != "else")
      run_line(line, scope);
  }
}

void FamilyBuilder::run_line(const FamilyLine& line, Scope& scope) {
  if (line.op == "each") return each(line, scope);
  if (line.op == "use") return use(line, scope);
  if (line.op == "within") {
    Scope inner{scope.prefix + expand(line.words.at(0), scope) + ".", scope.variables};
    return run(line.body, inner);
  }
  if (line.op == "note") return notes_.push_back(joined(line.words));
  layer(call_of(line, scope));
}

/// each PATTERN [from=N] [while=TENSOR] [counted] [VARIABLE=a,b,c]: the lines below, once for each number in
/// place of {} for which there are tensors. $n is the number, $last is 1 the last time; afterwards $next is
/// the first number without tensors.
void FamilyBuilder::each(const FamilyLine& line, Scope& scope) {
  const std::string pattern = expand(line.words.at(0), scope);
  const std::size_t place = pattern.find("{}");
  const int from = integer(line.option("from")).value_or(0);
  const auto at = [&](int number) {
    return scope.prefix + pattern.substr(0, place) + std::to_string(number) + pattern.substr(place + 2);
  };
  const auto is_there = [&](int number) {
    const std::string below = line.option("while").empty() ? "" : "." + std::string(line.option("while"));
    return layers_.weights().has_any(at(number) + below);
  };
  int number = from;
  for (; is_there(number) && !layers_.weights().error(); ++number) {
    Scope inner{at(number) + ".", scope.variables};
    inner.variables["n"] = std::to_string(number);
    inner.variables["last"] = is_there(number + 1) ? "0" : "1";
    for (const auto& [name, list] : line.options)
      if (name != "from" && name != "while")
        inner.variables[std::string(name)] = list_item(expand(list, scope), number - from);
    run(line.body, inner);
  }
  scope.variables["next"] = std::to_string(number);
  if (line.words.size() > 1 && line.words[1] == "counted")
    blocks_ += (blocks_.empty() ? "" : ",") + std::to_string(number - from);
}

/// use MACRO [VARIABLE=value]: the macro's lines here.
void FamilyBuilder::use(const FamilyLine& line, const Scope& scope) {
  const auto macro = library_.macros.find(line.words.at(0));
  if (macro == library_.macros.end())
    return layers_.weights().fail(
        Error{ErrorCode::malformed, "no such macro: " + std::string(line.words[0]), "family text"});
  Scope inner = scope;
  for (const auto& [name, value] : line.options) inner.variables[std::string(name)] = expand(value, scope);
  run(macro->second->body, inner);
}

std::string FamilyBuilder::expand(std::string_view word, const Scope& scope) {
  std::string text(word);
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) {
    std::size_t end = at + 1;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    const auto found = scope.variables.find(text.substr(at + 1, end - at - 1));
    const std::string value = found == scope.variables.end() ? "?" : found->second;
    text.replace(at, end - at, value);
    at += value.size();
  }
  return text;
}

FamilyBuilder::Call FamilyBuilder::call_of(const FamilyLine& line, const Scope& scope) const {
  Call call;
  call.op = expand(line.op, scope);
  call.prefix = scope.prefix;
  for (const std::string_view word : line.words) call.words.push_back(expand(word, scope));
  for (const auto& [name, value] : line.options) call.options[std::string(name)] = expand(value, scope);
  return call;
}

bool FamilyBuilder::holds(const std::vector<std::string_view>& words, const Scope& scope) {
  return std::all_of(words.begin(), words.end(),
                     [&](std::string_view word) { return term_holds(expand(word, scope), scope); });
}

/// NAME: there are such tensors. !TERM: it does not hold. same:REGISTER: that map has as many channels as the
/// current one. A=B, A<B, A>B: of numbers, words, and TENSOR:AXIS.
bool FamilyBuilder::term_holds(std::string term, const Scope& scope) {
  if (term.starts_with('!')) return !term_holds(term.substr(1), scope);
  if (term.starts_with("same:")) {
    const BuiltMap* map = layers_.saved(term.substr(5));
    return map != nullptr && map->channels == layers_.current().channels;
  }
  const std::size_t at = term.find_first_of("=<>");
  if (at == std::string::npos) return layers_.weights().has_any(scope.prefix + term);
  const std::string left = value_of(term.substr(0, at), scope), right = value_of(term.substr(at + 1), scope);
  if (term[at] == '=') return left == right;
  const auto a = integer(left), b = integer(right);
  return a && b && (term[at] == '<' ? *a < *b : *a > *b);
}

std::string FamilyBuilder::value_of(const std::string& side, const Scope& scope) {
  const std::size_t colon = side.rfind(':');
  if (colon == std::string::npos) return side;
  const CheckpointTensor* tensor = layers_.weights().find(scope.prefix + side.substr(0, colon));
  const auto axis = static_cast<std::size_t>(integer(side.substr(colon + 1)).value_or(0));
  return tensor == nullptr || axis >= tensor->shape.size() ? "none" : std::to_string(tensor->shape[axis]);
}

/// sequential NAME pool=SIZE step=STRIDE stride=a,b,c pad=a,b,c: an nn.Sequential of convolutions, norms,
/// ReLUs and max pools. Layers without tensors are gaps in its indices: one is a ReLU, two are a ReLU and a
/// pool.
void FamilyBuilder::sequential(const Call& call) {
  std::vector<int> indices;
  for (const std::string& child : layers_.weights().children(call.tensor(0)))
    if (const auto index = integer(child)) indices.push_back(*index);
  std::sort(indices.begin(), indices.end());
  const auto option = [&](const char* name) {
    return call.options.count(name) != 0 ? call.options.at(name) : "";
  };
  const int size = call.number("pool", 2), step = call.number("step", 2);
  int convs = 0;
  for (std::size_t i = 0; i < indices.size() && !layers_.weights().error(); ++i) {
    const std::string name = call.tensor(0) + "." + std::to_string(indices[i]);
    if (layers_.weights().find(name + ".running_mean") != nullptr)
      layers_.batch_norm(name, 1e-5);
    else
      layers_.conv(name, {integer(list_item(option("stride"), convs)).value_or(1), 1,
                          integer(list_item(option("pad"), convs)).value_or(-1)}),
          ++convs;
    const int gap = i + 1 < indices.size() ? indices[i + 1] - indices[i] - 1 : 2;
    if (gap >= 1) layers_.activation("relu");
    if (gap == 2) layers_.max_pool({size, step, 0, false, true});
    if (gap > 2)
      layers_.weights().fail(name, "is followed by " + std::to_string(gap) +
                                       " layers without tensors, "
                                       "expected a ReLU and perhaps a pool");
  }
  blocks_ += (blocks_.empty() ? "" : ",") + std::to_string(convs);
}

void FamilyBuilder::layer(const Call& call) {
  if (!layer_without_tensors(call) && !layer_with_tensors(call))
    layers_.weights().fail(Error{ErrorCode::malformed, "no such layer: " + call.op, "family text"});
}

bool FamilyBuilder::layer_with_tensors(const Call& call) {
  if (call.words.empty()) return false;
  const std::string tensor = call.tensor(0);
  const auto epsilon = [&](double usual) {
    const auto found = call.options.find("eps");
    double value = usual;
    if (found != call.options.end())
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
  };
  if (call.op == "input")
    layers_.input(tensor);
  else if (call.op == "conv")
    layers_.conv(tensor, {call.number("stride", 1), call.number("dilation", 1), call.number("pad", -1)});
  else if (call.op == "upconv")
    layers_.transposed_conv(tensor, call.number("stride", 0));
  else if (call.op == "pointwise")
    layers_.pointwise(tensor);
  else if (call.op == "norm")
    layers_.batch_norm(tensor, epsilon(1e-5));
  else if (call.op == "layernorm")
    layers_.layer_norm(tensor, epsilon(1e-6));
  else if (call.op == "scale")
    layers_.scale(tensor);
  else if (call.op == "responsenorm")
    layers_.response_norm(tensor);
  else if (call.op == "channelconv")
    layers_.channel_conv(tensor);
  else if (call.op == "linear")
    layers_.linear(tensor);
  else if (call.op == "sequential")
    sequential(call);
  else if (call.op == "classifier")
    build_classifier(layers_, call.words, notes_);
  else
    return false;
  return true;
}

bool FamilyBuilder::layer_without_tensors(const Call& call) {
  if (call.op == "maxpool" || call.op == "avgpool") {
    const int size = call.words.empty() ? 1 : integer(call.words[0]).value_or(1);
    const PoolFacts facts{size, call.number("stride", size), call.number("pad", 0), call.flag("ceil"),
                          !call.flag("inside")};
    call.op == "maxpool" ? layers_.max_pool(facts) : layers_.average_pool(facts);
  } else if (call.op == "globalpool") {
    layers_.global_pool();
  } else if (call.op == "globalmaxpool") {
    layers_.global_max_pool();
  } else if (call.op == "flatten") {
    layers_.flatten(call.words.empty() ? 1 : integer(call.words[0]).value_or(1));
  } else if (call.op == "save" && !call.words.empty()) {
    layers_.save(call.words[0]);
  } else if (call.op == "load" && !call.words.empty()) {
    layers_.load(call.words[0]);
  } else if (call.op == "add" && !call.words.empty()) {
    layers_.add(call.words[0]);
  } else if (call.op == "multiply" && !call.words.empty()) {
    layers_.multiply(call.words[0]);
  } else if (call.op == "resizeto" && !call.words.empty()) {
    layers_.resize_to(call.words[0], call.flag("nearest"));
  } else if (call.op == "concat") {
    layers_.concat(call.words);
  } else if (call.op == "shuffle" && !call.words.empty()) {
    layers_.shuffle(integer(call.words[0]).value_or(1));
  } else if (call.op == "half" && !call.words.empty()) {
    layers_.part(call.words[0] == "second" ? 1 : 0, 2);
  } else {
    return call.words.empty() && layers_.activation(call.op);
  }
  return true;
}

}  // namespace fcn::tools

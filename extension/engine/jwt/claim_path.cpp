#include "engine/jwt/claim_path.hpp"

#include <charconv>

#include "text/ascii.hpp"

namespace pg_booking::jwt {
namespace {

using Comparison = ClaimFilter::Comparison;

// A path is a setting of the operator's, but its length bounds the recursion of the search.
constexpr size_t kMaxSteps = 32;

std::string_view text_of(const json::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

const json::Value* child(const json::Value& parent, const ChildName& name) {
  if (const auto* const member = std::get_if<std::string>(&name)) {
    if (!parent.IsObject()) return nullptr;
    auto const found = parent.FindMember(*member);
    return found == parent.MemberEnd() ? nullptr : &found->value;
  }
  if (!parent.IsArray()) return nullptr;
  int64_t const size = parent.Size();
  int64_t const index = std::get<int64_t>(name);
  int64_t const place = index < 0 ? index + size : index;
  return place < 0 || place >= size ? nullptr : &parent[static_cast<json::SizeType>(place)];
}

bool compares(std::string_view text, Comparison comparison, std::string_view with) {
  switch (comparison) {
    case Comparison::not_equal:
      return text != with;
    case Comparison::starts_with:
      return text.starts_with(with);
    case Comparison::ends_with:
      return text.ends_with(with);
    case Comparison::contains:
      return text.find(with) != std::string_view::npos;
    default:
      return text == with;
  }
}

bool holds(const ClaimFilter& filter, const json::Value& candidate) {
  const json::Value* value = &candidate;
  for (const ChildName& name : filter.path)
    if ((value = child(*value, name)) == nullptr) break;
  if (filter.comparison == Comparison::exists) return value != nullptr;
  return value != nullptr && value->IsString() && compares(text_of(*value), filter.comparison, filter.text);
}

/// Of a name without quotes; all beyond ASCII is taken for letters.
bool is_word(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// Calls visit(child) until it returns a value.
template <typename Visit>
const json::Value* first_child(const json::Value& parent, Visit&& visit) {
  if (parent.IsArray()) {
    for (const json::Value& element : parent.GetArray())
      if (const json::Value* const found = visit(element)) return found;
  } else if (parent.IsObject()) {
    for (const auto& member : parent.GetObject())
      if (const json::Value* const found = visit(member.value)) return found;
  }
  return nullptr;
}

}  // namespace

class ClaimPathParser {
 public:
  explicit ClaimPathParser(std::string_view text) : rest_(text) {}

  std::optional<ClaimPath> parse() {
    is_json_path_ = take("$");
    std::vector<ClaimPath::Step> steps;
    while (!rest_.empty()) {
      if (steps.size() == kMaxSteps || has_last_step_) return std::nullopt;
      std::optional<ClaimPath::Step> step = is_json_path_ ? json_path_step() : old_step();
      if (!step) return std::nullopt;
      steps.push_back(std::move(*step));
    }
    if (steps.empty()) return std::nullopt;
    return ClaimPath(std::move(steps));
  }

 private:
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void skip_blanks() {
    while (take(" ") || take("\t") || take("\n") || take("\r")) continue;
  }

  std::optional<ClaimPath::Step> json_path_step() {
    if (take(".*") || take("[*]")) return AnyChild{};
    if (take("[?")) return filter();
    if (std::optional<ChildName> name = json_path_child()) return std::move(*name);
    return std::nullopt;
  }

  std::optional<ChildName> json_path_child() {
    if (take(".")) return member_name(is_word);
    if (!take("[")) return std::nullopt;
    std::optional<ChildName> name =
        rest_.starts_with('\'') || rest_.starts_with('"') ? quoted_name() : index();
    if (!name || !take("]")) return std::nullopt;
    return name;
  }

  std::optional<ClaimPath::Step> old_step() {
    if (take("[?(")) {
      has_last_step_ = true;
      std::optional<ClaimPath::Step> step = comparison();
      if (!step || !take(")]")) return std::nullopt;
      return step;
    }
    std::optional<ChildName> name;
    if (take(".")) {
      name = rest_.starts_with('"') ? quoted_name()
                                    : member_name([](char c) { return is_word(c) || c == '$' || c == '@'; });
    } else if (take("[") && !rest_.starts_with('-')) {
      name = index();
      if (!take("]")) return std::nullopt;
    }
    if (!name) return std::nullopt;
    return std::move(*name);
  }

  /// What follows "[?", with or without parentheses around it.
  std::optional<ClaimPath::Step> filter() {
    skip_blanks();
    bool const in_parentheses = take("(");
    skip_blanks();
    std::optional<ClaimPath::Step> step = comparison();
    skip_blanks();
    if (!step || (in_parentheses && !take(")"))) return std::nullopt;
    skip_blanks();
    if (!take("]")) return std::nullopt;
    return step;
  }

  std::optional<ClaimPath::Step> comparison() {
    if (!take("@")) return std::nullopt;
    ClaimFilter filter{{}, Comparison::exists, {}};
    while (is_json_path_ && (rest_.starts_with('.') || rest_.starts_with('['))) {
      std::optional<ChildName> name = json_path_child();
      if (!name || filter.path.size() == kMaxSteps) return std::nullopt;
      filter.path.push_back(std::move(*name));
    }
    skip_blanks();
    std::optional<Comparison> const sign = comparison_sign();
    if (!sign) {
      if (!is_json_path_ || filter.path.empty()) return std::nullopt;
      return filter;
    }
    filter.comparison = *sign;
    skip_blanks();
    std::optional<std::string> text = quoted();
    if (!text) return std::nullopt;
    filter.text = std::move(*text);
    return filter;
  }

  std::optional<Comparison> comparison_sign() {
    if (!is_json_path_) {
      if (take("==^")) return Comparison::ends_with;
      if (take("^==")) return Comparison::starts_with;
      if (take("*==")) return Comparison::contains;
    }
    if (take("==")) return Comparison::equal;
    if (take("!=")) return Comparison::not_equal;
    return std::nullopt;
  }

  template <typename IsPart>
  std::optional<ChildName> member_name(IsPart&& is_part) {
    size_t length = 0;
    while (length < rest_.size() && is_part(rest_[length])) length++;
    if (length == 0 || (is_json_path_ && is_ascii_digit(rest_.front()))) return std::nullopt;
    std::string name(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return name;
  }

  std::optional<ChildName> index() {
    int64_t value = 0;
    auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || value > INT32_MAX || value < INT32_MIN) return std::nullopt;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }

  std::optional<ChildName> quoted_name() {
    std::optional<std::string> text = quoted();
    if (!text) return std::nullopt;
    return std::move(*text);
  }

  /// A string in either kind of quotes (the older form: in double ones); a backslash takes the next quote or
  /// backslash as it is.
  std::optional<std::string> quoted() {
    if (rest_.empty() || (rest_.front() != '"' && (rest_.front() != '\'' || !is_json_path_)))
      return std::nullopt;
    char const quote = rest_.front();
    std::string text;
    for (size_t i = 1; i < rest_.size(); i++) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (is_json_path_ && rest_[i] == '\\') {
        if (++i == rest_.size() || (rest_[i] != '\\' && rest_[i] != quote)) return std::nullopt;
      }
      text += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
  bool is_json_path_ = false;
  bool has_last_step_ = false;
};

std::optional<ClaimPath> ClaimPath::parse(std::string_view text) {
  return ClaimPathParser(text).parse();
}

const json::Value* ClaimPath::find(const json::Value& claims) const {
  return find_from(claims, 0);
}

const json::Value* ClaimPath::find_from(const json::Value& value, size_t step) const {
  if (step == steps_.size()) return &value;
  const Step& next = steps_[step];
  if (const auto* const name = std::get_if<ChildName>(&next)) {
    const json::Value* const found = child(value, *name);
    return found == nullptr ? nullptr : find_from(*found, step + 1);
  }
  const auto* const filter = std::get_if<ClaimFilter>(&next);
  return first_child(value, [&](const json::Value& candidate) {
    return filter == nullptr || holds(*filter, candidate) ? find_from(candidate, step + 1) : nullptr;
  });
}

}  // namespace pg_booking::jwt

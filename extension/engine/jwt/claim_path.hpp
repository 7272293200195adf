#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/rapidjson.hpp"

namespace pg_booking::jwt {

/// One step down by a member's name or an element's index (negative: from the end).
using ChildName = std::variant<std::string, int64_t>;

/// A step to the children, or what is below them at `path`, that compare so with `text`.
struct ClaimFilter {
  enum class Comparison : uint8_t { exists, equal, not_equal, starts_with, ends_with, contains };
  std::vector<ChildName> path;
  Comparison comparison;
  std::string text;
};

/// A step to every child.
struct AnyChild {};

/// Where in a token's claims something stands: a JSONPath (RFC 9535) of member names, indexes, wildcards and
/// filters that compare strings ("$.app.roles[?@ == 'editor']", "$['https://x/roles'][0]"), or the
/// older form that starts with a dot (".app.roles[0]", ".\"x-y\""), whose filter comes last and also knows
/// ^== (starts with), ==^ (ends with) and *== (contains).
class ClaimPath {
 public:
  /// Nothing if the text is no such path.
  static std::optional<ClaimPath> parse(std::string_view text);

  /// The first value at the path, or nullptr. Lives as long as `claims`.
  const json::Value* find(const json::Value& claims) const;

 private:
  using Step = std::variant<ChildName, AnyChild, ClaimFilter>;
  explicit ClaimPath(std::vector<Step> steps) : steps_(std::move(steps)) {}
  friend class ClaimPathParser;

  const json::Value* find_from(const json::Value& value, size_t step) const;

  std::vector<Step> steps_;
};

}  // namespace pg_booking::jwt

// What parse_target accepts consists of the parts it names, all of them text that PostgreSQL can store.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/url.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

bool is_storable(const std::string& text) {
  return pg_booking::is_valid_utf8(text) && text.find('\0') == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = pg_booking::parse_target(text);
  if (!target) return 0;
  check(text.starts_with(target->path) && target->path.starts_with('/'));
  check(target->path.size() == size || text[target->path.size()] == '?');
  check(static_cast<std::ptrdiff_t>(target->segments.size()) ==
        std::count(target->path.begin(), target->path.end(), '/'));
  check(std::all_of(target->segments.begin(), target->segments.end(), is_storable));
  for (const auto& parameter : target->query) {
    check(is_storable(parameter.name) && is_storable(parameter.value));
    check(pg_booking::find_query(*target, parameter.name) != nullptr);
    check(pg_booking::count_query(*target, parameter.name) >= 1);
  }
  return 0;
}

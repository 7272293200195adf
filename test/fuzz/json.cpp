// What parse_json accepts has one canonical form, and that form is accepted and stays the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/canonical_json.hpp"
#include "text/json_parse.hpp"
#include "text/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pg_booking;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  json::Document document;
  if (const auto error = parse_json(text, document)) {
    if (error->offset > size || error->message.empty() || !document.IsNull()) std::abort();
    return 0;
  }
  const std::string canonical = canonical_json(document);
  if (!is_valid_utf8(canonical)) std::abort();

  json::Document again;
  if (const auto error = parse_json(canonical, again)) {
    // A whole double beyond 2^53 (1e20) is written as an integer, which parse_json refuses: the only way.
    if (error->message.find("2^53") == std::string::npos) std::abort();
    return 0;
  }
  if (canonical_json(again) != canonical || again != document) std::abort();
  return 0;
}

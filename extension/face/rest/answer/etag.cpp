#include "face/rest/answer/etag.hpp"

#include <algorithm>
#include <span>

#include "text/ascii.hpp"
#include "text/sha256.hpp"

namespace pg_booking::rest {

std::string make_etag(std::string_view headers, std::string_view body) {
  constexpr size_t kBytes = 16;  // of the digest: enough that no two versions meet
  auto const digest = sha256(std::string(headers).append("\n").append(body));
  return '"' + to_hex(std::span(digest).first(kBytes)) + '"';
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  if (trim_blanks(if_none_match) == "*") return true;
  // A comma inside another tag does no harm: no part of a tag has quotes around it, as ours has.
  while (!if_none_match.empty()) {
    std::string_view const part = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(part.size() + 1, if_none_match.size()));
    std::string_view tag = trim_blanks(part);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace pg_booking::rest

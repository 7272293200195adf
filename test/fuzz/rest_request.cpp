// Whatever a client sends to /rest/v1: it is read or refused, what is refused is said in words, and what is
// read keeps what the rest of the face relies on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/grammar/batch.hpp"
#include "face/rest/grammar/media.hpp"
#include "face/rest/grammar/payload.hpp"
#include "face/rest/grammar/preferences.hpp"
#include "face/rest/grammar/query.hpp"
#include "face/rest/grammar/range.hpp"
#include "text/headers.hpp"
#include "text/json_parse.hpp"
#include "text/url.hpp"

namespace {

using namespace pg_booking;
using namespace pg_booking::rest;

void demand(bool condition) {
  if (!condition) std::abort();
}

void check_refusal(const RequestError& error) {
  demand(!error.code.empty() && !error.message.empty());
}

int depth_of(const std::vector<SelectItem>& items) {
  int depth = 0;
  for (const SelectItem& item : items) depth = std::max(depth, 1 + depth_of(item.items));
  return depth;
}

int depth_of(const LogicTree& tree) {
  demand((tree.kind == LogicTree::Kind::filter) == tree.filter.has_value());
  int depth = 0;
  for (const LogicTree& operand : tree.operands) depth = std::max(depth, 1 + depth_of(operand));
  return depth;
}

void read_query(std::string_view text, std::string_view range) {
  const auto target = parse_target("/?" + std::string(text));
  if (!target) return;
  for (const QueryUse use : {QueryUse::filters, QueryUse::filters_and_arguments}) {
    Query query;
    if (const auto error = parse_query(target->query, use, query)) {
      check_refusal(*error);
      continue;
    }
    demand(depth_of(query.select) <= kMaxNesting + 1);
    for (const auto& logic : query.logic) demand(depth_of(logic.value) <= kMaxNesting);
    RowRange rows;
    if (const auto error = requested_rows(query, range, rows)) {
      check_refusal(*error);
    } else {
      demand(rows.offset >= 0 && rows.limit.value_or(0) >= 0);
    }
  }
  const std::string canonical = canonical_query(target->query);
  demand(parse_target("/?" + canonical).has_value());
}

void read_payload(std::string_view body, const Media& type) {
  for (const PayloadUse use : {PayloadUse::rows, PayloadUse::arguments}) {
    Payload payload;
    if (const auto error = parse_payload(body, type, use, false, payload)) {
      check_refusal(*error);
      continue;
    }
    demand(std::is_sorted(payload.keys.begin(), payload.keys.end()));
    if (payload.kind == Payload::Kind::json && type.kind != Media::Kind::json) {
      json::Document document;
      const auto error = parse_json(payload.text, document);
      // parse_json refuses two columns of one name, and bytes that are no text.
      demand(!error || !is_valid_utf8(body) || body.find('\0') != std::string_view::npos ||
             error->message.find("same name") != std::string::npos);
    }
  }
}

void read_batch(std::string_view body) {
  std::vector<BatchPart> parts;
  if (const auto error = parse_batch(body, parts)) return check_refusal(*error);
  for (const BatchPart& part : parts) {
    // No header can begin another one.
    demand(static_cast<size_t>(std::count(part.headers.begin(), part.headers.end(), '\n')) ==
           parse_header_block(part.headers).size());
    std::string answer;
    append_batch_answer(answer, 200, part.headers, "[]");
    json::Document document;
    demand(!parse_json(answer, document));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line_end = std::min(text.find('\n'), size);
  const std::string_view line = text.substr(0, line_end);
  const std::string_view rest = text.substr(std::min(line_end + 1, size));
  read_query(line, rest);
  read_payload(rest, parse_media(line));
  for (const char* type : {"application/json", "text/csv", "application/x-www-form-urlencoded"}) {
    read_payload(text, parse_media(type));
  }
  read_batch(text);
  for (const Media& media : parse_accept(line)) demand(!content_type(media).empty());
  const Preferences preferences = parse_preferences({line, rest}, true);
  demand(parse_preferences({preference_applied(preferences)}, true).count == preferences.count);
  return 0;
}

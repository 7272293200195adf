#include "face/rest/grammar/range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

// Rows from `first` to `last`, both included.
struct Interval {
  int64_t first = 0;
  int64_t last = kUnbounded;

  bool is_empty() const { return first > last; }
};

Interval interval_of(const RowRange& range) {
  if (!range.limit) return {range.offset, kUnbounded};
  int64_t last = 0;
  if (__builtin_add_overflow(range.offset, *range.limit, &last)) {
    return {range.offset, *range.limit < 0 ? std::numeric_limits<int64_t>::min() : kUnbounded};
  }
  return {range.offset, last == std::numeric_limits<int64_t>::min() ? last : last - 1};
}

// Digits only; nothing else, and nothing beyond int64.
std::optional<int64_t> parse_digits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_ascii_digit)) return std::nullopt;
  int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

std::optional<Interval> parse_interval(std::string_view value) {
  const size_t dash = value.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> first = parse_digits(value.substr(0, dash));
  if (!first) return std::nullopt;
  const std::string_view last_text = value.substr(dash + 1);
  if (last_text.empty()) return Interval{.first = *first};
  const std::optional<int64_t> last = parse_digits(last_text);
  if (!last) return std::nullopt;
  return Interval{*first, *last};
}

RequestError out_of_range(std::string details) {
  return {.code = "PGRST103", .message = "Requested range not satisfiable", .details = std::move(details)};
}

}  // namespace

std::optional<RequestError> requested_rows(const Query& query, std::string_view range_header, RowRange& out) {
  const Interval header = parse_interval(range_header).value_or(Interval{});
  if (header.is_empty()) {
    return out_of_range(
        "The lower boundary must be lower than or equal to the upper boundary in the Range header.");
  }
  Interval wanted;
  const auto root = std::find_if(query.ranges.begin(), query.ranges.end(),
                                 [](const At<RowRange>& range) { return range.path.empty(); });
  if (root != query.ranges.end()) wanted = interval_of(root->value);
  if (wanted.last == -1) {  // limit=0: an empty answer is what was asked for
    out = {.offset = 0, .limit = 0};
    return std::nullopt;
  }
  const Interval rows = {std::max(header.first, wanted.first), std::min(header.last, wanted.last)};
  if (rows.is_empty()) return out_of_range("Limit should be greater than or equal to zero.");
  out = {.offset = rows.first, .limit = {}};
  if (rows.last != kUnbounded) out.limit = rows.last - rows.first + 1;
  return std::nullopt;
}

std::string content_range(int64_t offset, int64_t count, std::optional<int64_t> total) {
  std::string text = "*";
  if (count > 0 && total != 0) text = std::to_string(offset) + "-" + std::to_string(offset + count - 1);
  text += '/';
  text += total ? std::to_string(*total) : "*";
  return text;
}

}  // namespace pg_booking::rest

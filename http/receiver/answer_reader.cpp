#include "receiver/answer_reader.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace pg_booking::http {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr size_t kLongestSequence = 4;

/// The length of the character that `text` begins with; 0 if it begins with none.
size_t character_length(std::string_view text) {
  for (size_t length = 1; length <= std::min(kLongestSequence, text.size()); ++length) {
    if (is_valid_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

bool AnswerReader::add_head(std::string_view line) {
  head_ += line.size();
  return head_ <= kMaxHead;
}

bool AnswerReader::add_body(std::string_view piece) {
  beginning_.append(piece.substr(0, kExcerpt - beginning_.size()));
  body_ += piece.size();
  return body_ <= kMaxBody;
}

std::string AnswerReader::excerpt() const {
  std::string text;
  for (std::string_view rest = beginning_; !rest.empty();) {
    const size_t length = rest.front() == '\0' ? 0 : character_length(rest);
    text.append(length == 0 ? kReplacement : rest.substr(0, length));
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

}  // namespace pg_booking::http

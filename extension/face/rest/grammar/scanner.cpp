#include "face/rest/grammar/scanner.hpp"

#include <algorithm>
#include <utility>

#include "face/rest/grammar/query.hpp"

namespace pg_booking::rest {

namespace {

size_t utf8_length(char first_byte) {
  const auto byte = static_cast<unsigned char>(first_byte);
  if (byte < 0xC0) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

// The code point of one character of valid UTF-8.
unsigned code_point(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    default:
      return byte(0);
  }
}

// A character within quotes as Haskell shows it.
std::string quoted(std::string_view character, char quote) {
  std::string text(1, quote);
  const unsigned code = code_point(character);
  if (code == '\\' || code == static_cast<unsigned char>(quote)) {
    text += '\\';
    text += character;
  } else if (code == '\t') {
    text += "\\t";
  } else if (code == '\n') {
    text += "\\n";
  } else if (code == '\r') {
    text += "\\r";
  } else if (code < 0x20 || code >= 0x7F) {
    text += '\\' + std::to_string(code);
  } else {
    text += character;
  }
  text += quote;
  return text;
}

std::string joined_by_or(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0) text += i + 1 == items.size() ? " or " : ", ";
    text += items[i];
  }
  return text;
}

void add_unique(std::vector<std::string>& items, std::string item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
}

}  // namespace

std::string_view Scanner::character_at(size_t position) const {
  return position == text_.size() ? std::string_view() : text_.substr(position, utf8_length(text_[position]));
}

void Scanner::advance(size_t bytes) {
  position_ += bytes;
  error_position_ = position_;
  messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(first_message_), messages_.end());
}

void Scanner::report(Message message, size_t position) {
  const bool is_first = messages_.size() == first_message_;
  if (!is_first && position < error_position_) return;
  if (position > error_position_)
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(first_message_), messages_.end());
  error_position_ = position;
  messages_.push_back(message);
}

Scanner::Frame Scanner::open_frame() {
  const Frame outer = {first_message_, error_position_};
  first_message_ = messages_.size();
  error_position_ = position_;
  return outer;
}

// What moved on from `start` has made the outer messages void; otherwise those that are further on remain.
void Scanner::close_frame(const Frame& outer, size_t start) {
  const auto outer_begin = messages_.begin() + static_cast<std::ptrdiff_t>(outer.first_message);
  const auto inner_begin = messages_.begin() + static_cast<std::ptrdiff_t>(first_message_);
  const bool has_inner = inner_begin != messages_.end();
  const bool has_outer = outer_begin != inner_begin;
  if (position_ != start || (has_inner && (!has_outer || error_position_ > outer.error_position))) {
    messages_.erase(outer_begin, inner_begin);
  } else if (!has_inner || error_position_ < outer.error_position) {
    messages_.erase(inner_begin, messages_.end());
    error_position_ = outer.error_position;
  }
  first_message_ = outer.first_message;
}

bool Scanner::could_not_read() {
  report({Message::Kind::unread, character_at(position_)}, position_);
  return false;
}

void Scanner::rename_expected(std::string_view name, bool add) {
  const auto first = messages_.begin() + static_cast<std::ptrdiff_t>(first_message_);
  const bool has_messages = first != messages_.end();
  messages_.erase(std::remove_if(first, messages_.end(),
                                 [](const Message& message) {
                                   return message.kind == Message::Kind::expected_literal ||
                                          message.kind == Message::Kind::expected_name;
                                 }),
                  messages_.end());
  if (has_messages) {
    messages_.push_back({Message::Kind::expected_name, name});
  } else if (add) {
    expected(name);
  }
}

bool Scanner::read(std::string_view literal) {
  const std::string_view rest = text_.substr(position_);
  if (rest.starts_with(literal)) {
    advance(literal.size());
    return true;
  }
  const size_t same = static_cast<size_t>(
      std::mismatch(rest.begin(), rest.end(), literal.begin(), literal.end()).first - rest.begin());
  report({Message::Kind::unread, character_at(position_ + same)}, position_);
  report({Message::Kind::expected_literal, literal}, position_);
  return false;
}

bool Scanner::look_ahead(std::string_view literal) {
  return text_.substr(position_).starts_with(literal) || read(literal);
}

bool Scanner::read_end() {
  return named("end of input", [&] {
    if (position_ == text_.size()) return true;
    report({Message::Kind::unexpected, character_at(position_)}, position_);
    return false;
  });
}

bool Scanner::enter() {
  if (++depth_ <= kMaxNesting) return true;
  advance(0);  // nothing else matters
  report({Message::Kind::plain, "parentheses are nested too deeply"}, position_);
  return false;
}

std::string Scanner::position_text() const {
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i < error_position_ && i < text_.size(); i += utf8_length(text_[i])) {
    if (text_[i] == '\n') {
      ++line;
      column = 1;
    } else {
      constexpr size_t kTabWidth = 8;
      column += text_[i] == '\t' ? kTabWidth - (column - 1) % kTabWidth : 1;
    }
  }
  return "(line " + std::to_string(line) + ", column " + std::to_string(column) + ")";
}

std::string Scanner::details() const {
  const Message* unread = nullptr;
  std::vector<std::string> unexpected;
  std::vector<std::string> expected;
  std::vector<std::string> plain;
  for (const Message& message : messages_) {
    switch (message.kind) {
      case Message::Kind::unread:
        if (unread == nullptr) unread = &message;
        break;
      case Message::Kind::unexpected:
        add_unique(unexpected, quoted(message.text, '\''));
        break;
      case Message::Kind::expected_literal:
        add_unique(expected, message.text == "\"" ? "\"\\\"\"" : '"' + std::string(message.text) + '"');
        break;
      case Message::Kind::expected_name:
        add_unique(expected, std::string(message.text));
        break;
      case Message::Kind::plain:
        add_unique(plain, std::string(message.text));
        break;
    }
  }
  if (messages_.empty()) return "unknown parse error";
  if (unexpected.empty() && unread != nullptr) {
    unexpected.push_back(unread->text.empty() ? "end of input" : quoted(unread->text, '"'));
  }
  std::string text;
  const auto add = [&text](std::string_view label, const std::vector<std::string>& items) {
    if (items.empty()) return;
    if (!text.empty()) text += ' ';
    text += label;
    text += joined_by_or(items);
  };
  add("unexpected ", unexpected);
  add("expecting ", expected);
  add("", plain);
  return text;
}

RequestError Scanner::error(std::string_view what, std::string_view input) const {
  return {.code = "PGRST100",
          .message =
              "\"failed to parse " + std::string(what) + " (" + std::string(input) + ")\" " + position_text(),
          .details = details()};
}

}  // namespace pg_booking::rest

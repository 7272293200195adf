#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/grammar/error.hpp"

namespace pg_booking::rest {

/// Reads a text from left to right and remembers what was expected where, by the rules of Haskell's Parsec,
/// so that errors are worded as PostgREST words them.
///
/// Functions that read return whether they could. One that could not may have moved on: a caller with another
/// choice takes it only if the position is where it was, or reads by `attempt`, which moves back. Moving on
/// forgets what was expected before; what could not be read is added to it.
class Scanner {
 public:
  /// `text`, valid UTF-8, must outlive the scanner.
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t position() const { return position_; }

  /// A literal, ASCII, as a whole or not at all.
  bool read(std::string_view literal);
  /// One character whose first byte `accepts` accepts, appended to `out`.
  template <typename Accepts>
  bool read_if(Accepts accepts, std::string& out) {
    if (!next_is(accepts)) return could_not_read();
    const std::string_view character = character_at(position_);
    out += character;
    advance(character.size());
    return true;
  }
  /// As many of them as there are, perhaps none.
  template <typename Accepts>
  void read_all(Accepts accepts, std::string& out) {
    size_t end = position_;
    while (end < text_.size() && accepts(text_[end])) end += character_at(end).size();
    out += text_.substr(position_, end - position_);
    if (end != position_) advance(end - position_);
    could_not_read();
  }
  bool read_end();

  /// Whether the literal comes next; never moves on.
  bool look_ahead(std::string_view literal);
  /// Whether the next character, if any, is not one that `accepts` accepts; never moves on.
  template <typename Accepts>
  bool not_followed_by(Accepts accepts) {
    if (!next_is(accepts)) {
      could_not_read();
      return true;
    }
    const std::string_view character = character_at(position_);
    report({Message::Kind::unexpected, character}, position_ + character.size());
    return false;
  }

  /// Reads by `parser`, or moves back to where it started.
  template <typename Parser>
  bool attempt(Parser parser) {
    const size_t start = position_;
    const Frame outer = open_frame();
    const bool has_read = parser();
    if (!has_read) position_ = start;
    close_frame(outer, start);
    return has_read;
  }
  /// Reads by `parser`; whatever that expects at its start goes by one name in errors.
  template <typename Parser>
  bool named(std::string_view name, Parser parser) {
    const size_t start = position_;
    const Frame outer = open_frame();
    const bool has_read = parser();
    if (position_ == start) rename_expected(name, !has_read);
    close_frame(outer, start);
    return has_read;
  }

  /// One level of parentheses deeper; refuses more than kMaxNesting.
  bool enter();
  void leave() { --depth_; }

  /// Adds a name to what could have been read here.
  void expected(std::string_view name) { report({Message::Kind::expected_name, name}, position_); }

  /// Why reading ended: PGRST100. `what` is for example "select parameter", `input` its text.
  RequestError error(std::string_view what, std::string_view input) const;

 private:
  struct Message {
    enum class Kind {
      unread,      // the character that could not be read; empty: end of input
      unexpected,  // the character that must not be there
      expected_literal,
      expected_name,
      plain,
    };
    Kind kind;
    std::string_view text;
  };

  // The messages of one part of the text, on top of those of the part it belongs to.
  struct Frame {
    size_t first_message;
    size_t error_position;
  };

  std::string_view character_at(size_t position) const;
  template <typename Accepts>
  bool next_is(Accepts accepts) const {
    return position_ < text_.size() && accepts(text_[position_]);
  }
  void advance(size_t bytes);
  bool could_not_read();
  void report(Message message, size_t position);
  Frame open_frame();
  void close_frame(const Frame& outer, size_t start);
  void rename_expected(std::string_view name, bool add);
  std::string position_text() const;
  std::string details() const;

  std::string_view text_;
  size_t position_ = 0;
  // Of the innermost frame: messages from first_message_ on, all about error_position_.
  size_t first_message_ = 0;
  size_t error_position_ = 0;
  std::vector<Message> messages_;
  int depth_ = 0;
};

}  // namespace pg_booking::rest

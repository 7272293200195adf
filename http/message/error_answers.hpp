#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <string>
#include <string_view>
#include <vector>

#include "message/answer.hpp"

namespace pg_booking::http {

/// What the service answers by itself, to a request that it can't pass on or that the database did not
/// answer: composed by the gateway beforehand, in the words of each face.
class ErrorAnswers {
 public:
  /// Adds the answer under `code` to requests whose path begins with the segment `face`; an empty one: to all
  /// that no other is for. `answer` holds a request id of zeros and "{message}".
  void add(std::string face, std::string code, Answer answer);

  /// The answer to a request for `target` (empty: not known). `message` is plain ASCII without quotes.
  Answer make(std::string_view code, std::string_view message, std::string_view target,
              std::string request_id) const;

  /// True if there is one for every face under `code`.
  bool has(std::string_view code) const;

 private:
  struct Entry {
    std::string face;
    std::string code;
    Answer answer;
  };

  std::vector<Entry> entries_;
};

}  // namespace pg_booking::http

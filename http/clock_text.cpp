#include "clock_text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace pg_booking::http {

namespace {

/// A text about the present second, made once in it.
class SecondText {
 public:
  explicit SecondText(const char* format) : format_(format) {}

  std::string_view at(std::time_t second) {
    if (second != second_) {
      std::tm utc{};
      gmtime_r(&second, &utc);
      length_ = std::strftime(text_.data(), text_.size(), format_, &utc);
      second_ = second;
    }
    return {text_.data(), length_};
  }

 private:
  const char* format_;
  std::time_t second_ = -1;
  std::array<char, 40> text_{};
  std::size_t length_ = 0;
};

}  // namespace

std::string_view http_date() {
  static thread_local SecondText date("%a, %d %b %Y %H:%M:%S GMT");
  return date.at(std::time(nullptr));
}

std::string_view log_timestamp() {
  static thread_local SecondText seconds("%Y-%m-%dT%H:%M:%S.");
  static thread_local std::array<char, 48> text;
  const auto now = std::chrono::system_clock::now();
  const std::string_view second = seconds.at(std::chrono::system_clock::to_time_t(now));
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const int length = std::snprintf(text.data(), text.size(), "%.*s%03dZ", static_cast<int>(second.size()),
                                   second.data(), static_cast<int>(since_epoch % 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace pg_booking::http

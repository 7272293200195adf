#include "log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace pg_booking::http {

namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    default:
      return "error";
  }
}

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(since_epoch % 1000));
  return text.data();
}

bool is_plain(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '=';
  });
}

void append_quoted(std::string& line, std::string_view value) {
  line.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line.append({'\\', c});
    } else if (c == '\n') {
      line.append("\\n");
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
      line.append(escaped.data());
    } else {
      line.push_back(c);
    }
  }
  line.push_back('"');
}

}  // namespace

LogLine::LogLine(Level level, std::string_view event) {
  line_.reserve(256);
  line_.append("ts=")
      .append(timestamp())
      .append(" level=")
      .append(name_of(level))
      .append(" event=")
      .append(event);
}

LogLine& LogLine::field(std::string_view name, std::string_view value) {
  line_.append(" ").append(name).append("=");
  if (is_plain(value)) {
    line_.append(value);
  } else {
    append_quoted(line_, value);
  }
  return *this;
}

LogLine& LogLine::field(std::string_view name, long long value) {
  return field(name, std::to_string(value));
}

void LogLine::write() {
  line_.push_back('\n');
  // A log that can not be written must not stop the service.
  static_cast<void>(::write(STDERR_FILENO, line_.data(), line_.size()) < 0);
}

}  // namespace pg_booking::http

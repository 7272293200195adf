#include "log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>

#include "clock_text.hpp"

namespace pg_booking::http {

namespace {

std::atomic<Level> lowest_level{Level::kInfo};

// Where this thread's lines go; null: straight to the log.
thread_local std::string* gathered = nullptr;

void write_to_log(std::string_view lines) {
  // A log that can not be written must not stop the service.
  static_cast<void>(::write(STDERR_FILENO, lines.data(), lines.size()) < 0);
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    default:
      return "error";
  }
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

void set_log_level(Level level) {
  lowest_level.store(level, std::memory_order_relaxed);
}

bool is_logged(Level level) {
  return level >= lowest_level.load(std::memory_order_relaxed);
}

LogLine::LogLine(Level level, std::string_view event) : level_(level) {
  line_.reserve(256);
  line_.append("ts=")
      .append(log_timestamp())
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
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  line_.append(" ").append(name).append("=").append(digits.data(), end);
  return *this;
}

void LogLine::write() {
  if (!is_logged(level_)) return;
  line_.push_back('\n');
  if (gathered == nullptr) {
    write_to_log(line_);
  } else {
    gathered->append(line_);
  }
}

LogBuffer::LogBuffer() {
  gathered = &lines_;
}

LogBuffer::~LogBuffer() {
  flush();
  gathered = nullptr;
}

void LogBuffer::flush() {
  if (lines_.empty()) return;
  write_to_log(lines_);
  lines_.clear();
}

}  // namespace pg_booking::http

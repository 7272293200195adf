#pragma once
#include <string>
#include <string_view>

namespace pg_booking::http {

enum class Level { kInfo, kWarning, kError };

/// One line of the log on stderr, in logfmt: ts=… level=… event=… and the fields added. Never give it a
/// header, a body, a query string or a connection string.
class LogLine {
 public:
  LogLine(Level level, std::string_view event);

  /// Adds name=value; a value with blanks, quotes or control characters is quoted and escaped.
  LogLine& field(std::string_view name, std::string_view value);
  LogLine& field(std::string_view name, long long value);

  /// Writes the line in one call, so that lines of different threads do not mix.
  void write();

 private:
  std::string line_;
};

/// While it lives, the lines of its thread are gathered until flush(): one system call for many. Never two in
/// one thread.
class LogBuffer {
 public:
  LogBuffer();
  ~LogBuffer();
  LogBuffer(const LogBuffer&) = delete;
  LogBuffer& operator=(const LogBuffer&) = delete;

  void flush();

 private:
  std::string lines_;
};

}  // namespace pg_booking::http

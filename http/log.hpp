#pragma once
#include <string>
#include <string_view>

namespace pg_booking::http {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Lines below this level are dropped; kInfo at first. For any thread, at any time.
void set_log_level(Level level);

/// Whether a line of this level would be written: to be asked where composing it costs something.
bool is_logged(Level level);

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
  const Level level_;
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

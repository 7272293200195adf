#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <initializer_list>
#include <string>
#include <string_view>

namespace pg_booking::http {

/// A page of metrics in Prometheus' text format (version 0.0.4): families one after the other, and below each
/// its samples.
class Exposition {
 public:
  struct Label {
    std::string_view name;
    std::string_view value;
  };
  using Labels = std::initializer_list<Label>;

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  /// Begins a family. `type` is counter, gauge, histogram or summary; the names of a counter end in _total.
  void family(std::string_view name, std::string_view type, std::string_view help);

  /// A sample of the family begun last; `suffix` is that of a histogram's or summary's parts.
  void sample(double value, Labels labels = {}, std::string_view suffix = {});

  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace pg_booking::http

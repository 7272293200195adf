#include "face/rest/grammar/preferences.hpp"

#include <array>
#include <charconv>
#include <system_error>

#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

template <typename T>
struct Choice {
  std::string_view text;
  T value;
};

using P = Preferences;
constexpr std::array kResolutions = {
    Choice<P::Resolution>{"resolution=merge-duplicates", P::Resolution::merge_duplicates},
    Choice<P::Resolution>{"resolution=ignore-duplicates", P::Resolution::ignore_duplicates}};
constexpr std::array kAnswers = {Choice<P::Return>{"return=representation", P::Return::representation},
                                 Choice<P::Return>{"return=minimal", P::Return::minimal},
                                 Choice<P::Return>{"return=headers-only", P::Return::headers_only}};
constexpr std::array kCounts = {Choice<P::Count>{"count=exact", P::Count::exact},
                                Choice<P::Count>{"count=planned", P::Count::planned},
                                Choice<P::Count>{"count=estimated", P::Count::estimated}};
constexpr std::array kTransactions = {Choice<P::Transaction>{"tx=commit", P::Transaction::commit},
                                      Choice<P::Transaction>{"tx=rollback", P::Transaction::rollback}};
constexpr std::array kMissings = {Choice<P::Missing>{"missing=default", P::Missing::use_default},
                                  Choice<P::Missing>{"missing=null", P::Missing::use_null}};
constexpr std::array kHandlings = {Choice<P::Handling>{"handling=strict", P::Handling::strict},
                                   Choice<P::Handling>{"handling=lenient", P::Handling::lenient}};
constexpr std::string_view kTimezone = "timezone=";
constexpr std::string_view kMaxAffected = "max-affected=";

// Whether the text is one of the choices; the first one that is asked for stays.
template <typename T, size_t kCount>
bool choose(std::string_view text, const std::array<Choice<T>, kCount>& choices, std::optional<T>& out) {
  for (const Choice<T>& choice : choices) {
    if (choice.text != text) continue;
    if (!out) out = choice.value;
    return true;
  }
  return false;
}

template <typename T, size_t kCount>
std::string_view text_of(const std::array<Choice<T>, kCount>& choices, T value) {
  for (const Choice<T>& choice : choices) {
    if (choice.value == value) return choice.text;
  }
  return {};
}

bool take_timezone(std::string_view text, std::optional<std::string>& out) {
  if (!text.starts_with(kTimezone)) return false;
  if (!out) out = text.substr(kTimezone.size());
  return true;
}

// One that is not a number is known but means nothing.
bool take_max_affected(std::string_view text, std::optional<int64_t>& out) {
  if (!text.starts_with(kMaxAffected)) return false;
  text.remove_prefix(kMaxAffected.size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!out && error == std::errc{} && end == text.data() + text.size()) out = number;
  return true;
}

void read_preference(std::string_view text, Preferences& out) {
  const bool is_known = choose(text, kResolutions, out.resolution) || choose(text, kAnswers, out.answer) ||
                        choose(text, kCounts, out.count) || choose(text, kTransactions, out.transaction) ||
                        choose(text, kMissings, out.missing) || choose(text, kHandlings, out.handling) ||
                        take_timezone(text, out.timezone) || take_max_affected(text, out.max_affected);
  if (!is_known) out.unknown.emplace_back(text);
}

}  // namespace

Preferences parse_preferences(const std::vector<std::string_view>& values, bool transaction_allowed) {
  Preferences preferences;
  for (std::string_view value : values) {
    for (bool more = true; more;) {
      const size_t comma = value.find(',');
      more = comma != std::string_view::npos;
      read_preference(trim_blanks(value.substr(0, comma)), preferences);
      value.remove_prefix(more ? comma + 1 : value.size());
    }
  }
  if (!transaction_allowed) preferences.transaction.reset();
  return preferences;
}

std::string preference_applied(const Preferences& applied) {
  std::string text;
  const auto add = [&text](std::string_view preference) {
    if (!text.empty()) text += ", ";
    text += preference;
  };
  if (applied.resolution) add(text_of(kResolutions, *applied.resolution));
  if (applied.missing) add(text_of(kMissings, *applied.missing));
  if (applied.answer) add(text_of(kAnswers, *applied.answer));
  if (applied.count) add(text_of(kCounts, *applied.count));
  if (applied.transaction) add(text_of(kTransactions, *applied.transaction));
  if (applied.handling) add(text_of(kHandlings, *applied.handling));
  if (applied.timezone) add(std::string(kTimezone) + *applied.timezone);
  if (applied.max_affected && applied.handling == Preferences::Handling::strict) {
    add(std::string(kMaxAffected) + std::to_string(*applied.max_affected));
  }
  return text;
}

}  // namespace pg_booking::rest

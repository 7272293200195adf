#include "face/rest/grammar/query.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <system_error>

#include "face/rest/grammar/readers.hpp"
#include "face/rest/grammar/scanner.hpp"
#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

using Parameters = std::vector<QueryParameter>;
using Error = std::optional<RequestError>;

// Reads all of `text` by `read`, a function of a scanner.
template <typename Read>
Error read_whole(std::string_view what, std::string_view text, Read read) {
  Scanner scanner(text);
  if (read(scanner)) return std::nullopt;
  return scanner.error(what, text);
}

std::string_view last_segment(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

enum class ParameterKind { select, columns, on_conflict, order, limit, offset, logic, filter };

ParameterKind kind_of(std::string_view name) {
  if (name == "select") return ParameterKind::select;
  if (name == "columns") return ParameterKind::columns;
  if (name == "on_conflict") return ParameterKind::on_conflict;
  const std::string_view last = last_segment(name);
  if (last == "order") return ParameterKind::order;
  if (last == "limit") return ParameterKind::limit;
  if (last == "offset") return ParameterKind::offset;
  if (last == "and" || last == "or") return ParameterKind::logic;
  return ParameterKind::filter;
}

// "embed.path.name->json": of the reserved words only the path is of interest.
Error read_tree_path(std::string_view name, EmbedPath& path, Field& field) {
  Error error = read_whole("tree path", name, [&](Scanner& scanner) {
    return read_separated(
               scanner, [&] { return read_field_name(scanner, path.emplace_back()); },
               [&] { return read_delimiter(scanner); }) &&
           read_json_path(scanner, field.json_path);
  });
  if (error) return error;
  field.name = std::move(path.back());
  path.pop_back();
  return std::nullopt;
}

// "embed.not.or": where a logic tree applies, and its value with the words that belong before it.
Error read_logic_path(const QueryParameter& parameter, EmbedPath& path, std::string& tree_text) {
  EmbedPath words;
  Error error = read_whole("logic path", parameter.name, [&](Scanner& scanner) {
    return read_separated(
        scanner, [&] { return read_field_name(scanner, words.emplace_back()); },
        [&] { return read_delimiter(scanner); });
  });
  if (error) return error;
  tree_text = std::move(words.back()) + parameter.value;
  words.pop_back();
  const auto names_end = std::remove(words.begin(), words.end(), "not");
  if (names_end != words.end()) tree_text = "not." + tree_text;
  path.assign(std::make_move_iterator(words.begin()), std::make_move_iterator(names_end));
  return std::nullopt;
}

Error add_order(const QueryParameter& parameter, Query& out) {
  At<std::vector<OrderTerm>> order;
  Field ignored;
  if (Error error = read_tree_path(parameter.name, order.path, ignored)) return error;
  Error error = read_whole("order", parameter.value,
                           [&](Scanner& scanner) { return read_order(scanner, order.value); });
  if (!error) out.order.push_back(std::move(order));
  return error;
}

Error add_logic(const QueryParameter& parameter, Query& out) {
  At<LogicTree> logic;
  std::string text;
  if (Error error = read_logic_path(parameter, logic.path, text)) return error;
  Scanner scanner(text);
  if (!read_logic_tree(scanner, logic.value)) return scanner.error("logic tree", parameter.value);
  out.logic.push_back(std::move(logic));
  return std::nullopt;
}

Error add_filter(const QueryParameter& parameter, QueryUse use, Query& out) {
  At<Filter> filter;
  if (Error error = read_tree_path(parameter.name, filter.path, filter.value.field)) return error;
  Scanner scanner(parameter.value);
  if (read_condition(scanner, filter.value.condition)) {
    out.filters.push_back(std::move(filter));
  } else if (use == QueryUse::filters_and_arguments && scanner.position() == 0) {
    out.arguments.emplace_back(std::move(filter.value.field.name), parameter.value);
  } else {
    return scanner.error("filter", parameter.value);
  }
  return std::nullopt;
}

// A whole number, saturating; nothing for any other text.
std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) return std::nullopt;
  if (error == std::errc{}) return value;
  return text.front() == '-' ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

RowRange& range_at(const EmbedPath& path, Query& out) {
  const auto found = std::find_if(out.ranges.begin(), out.ranges.end(),
                                  [&](const At<RowRange>& range) { return range.path == path; });
  if (found != out.ranges.end()) return found->value;
  out.ranges.push_back({path, {}});
  return out.ranges.back().value;
}

Error add_range(const QueryParameter& parameter, ParameterKind kind, Query& out) {
  const std::optional<int64_t> number = parse_integer(parameter.value);
  if (!number) return std::nullopt;
  EmbedPath path;
  Field ignored;
  if (Error error = read_tree_path(parameter.name, path, ignored)) return error;
  RowRange& range = range_at(path, out);
  if (kind == ParameterKind::limit) {
    range.limit = number;
  } else {
    range.offset = *number;
  }
  return std::nullopt;
}

template <typename Add>
Error for_each_of(const Parameters& parameters, ParameterKind kind, Add add) {
  for (const QueryParameter& parameter : parameters) {
    if (!parameter.has_value || kind_of(parameter.name) != kind) continue;
    if (Error error = add(parameter)) return error;
  }
  return std::nullopt;
}

const QueryParameter* find_first(const Parameters& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const QueryParameter& parameter) { return parameter.name == name; });
  return found == parameters.end() || !found->has_value ? nullptr : &*found;
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

Error read_names(const Parameters& parameters, std::string_view name, std::string_view what,
                 std::optional<std::vector<std::string>>& out) {
  const QueryParameter* parameter = find_first(parameters, name);
  if (parameter == nullptr) return std::nullopt;
  return read_whole(what, parameter->value,
                    [&](Scanner& scanner) { return read_field_names(scanner, out.emplace()); });
}

Error read_select_parameter(const Parameters& parameters, Query& out) {
  const QueryParameter* parameter = find_first(parameters, "select");
  if (parameter == nullptr) {
    out.select.push_back({.field = {.name = "*"}});
    return std::nullopt;
  }
  return read_whole("select parameter", parameter->value,
                    [&](Scanner& scanner) { return read_select(scanner, out.select); });
}

// RFC 3986: everything but its unreserved characters is escaped.
void append_percent_encoded(std::string_view text, std::string& out) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHexDigits[static_cast<unsigned char>(c) >> 4];
      out += kHexDigits[static_cast<unsigned char>(c) & 15];
    }
  }
}

}  // namespace

std::optional<RequestError> parse_query(const std::vector<QueryParameter>& parameters, QueryUse use,
                                        Query& out) {
  out = {};
  const auto each = [&](ParameterKind kind, auto add) { return for_each_of(parameters, kind, add); };
  // Of several faults the first in this order is reported.
  if (Error error = each(ParameterKind::order, [&](auto& p) { return add_order(p, out); })) return error;
  if (Error error = each(ParameterKind::logic, [&](auto& p) { return add_logic(p, out); })) return error;
  if (Error error = read_names(parameters, "columns", "columns parameter", out.columns)) return error;
  if (out.columns) sort_unique(*out.columns);
  if (Error error = read_select_parameter(parameters, out)) return error;
  const auto filter = [&](auto& p) {
    out.filter_names.push_back(p.name);
    return add_filter(p, use, out);
  };
  if (Error error = each(ParameterKind::filter, filter)) return error;
  sort_unique(out.filter_names);
  if (Error error = read_names(parameters, "on_conflict", "on_conflict parameter", out.on_conflict))
    return error;
  for (const ParameterKind kind : {ParameterKind::limit, ParameterKind::offset}) {
    if (Error error = each(kind, [&](auto& p) { return add_range(p, kind, out); })) return error;
  }
  return std::nullopt;
}

std::string canonical_query(const std::vector<QueryParameter>& parameters) {
  std::vector<const QueryParameter*> sorted;
  sorted.reserve(parameters.size());
  for (const QueryParameter& parameter : parameters) sorted.push_back(&parameter);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });

  std::string text;
  const QueryParameter* previous = nullptr;
  for (const QueryParameter* parameter : sorted) {
    if (previous != nullptr && previous->name == parameter->name) {
      text += ',';
    } else {
      if (previous != nullptr) text += '&';
      append_percent_encoded(parameter->name, text);
      text += '=';
    }
    append_percent_encoded(parameter->value, text);
    previous = parameter;
  }
  return text;
}

std::string query_of_rows(const std::vector<QueryParameter>& parameters, const RowRange& rows) {
  std::string text;
  for (const QueryParameter& parameter : parameters) {
    if (parameter.name == "limit" || parameter.name == "offset") continue;
    append_percent_encoded(parameter.name, text);
    text += '=';
    append_percent_encoded(parameter.value, text);
    text += '&';
  }
  if (rows.limit) text += "limit=" + std::to_string(*rows.limit) + '&';
  return text + "offset=" + std::to_string(rows.offset);
}

}  // namespace pg_booking::rest

#include "face/rest/grammar/media.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

struct Name {
  std::string_view text;
  Media::Kind kind;
};

// The first name of a kind is the one that is written.
constexpr std::array kNames = {
    Name{"*/*", Media::Kind::any},
    Name{"application/json", Media::Kind::json},
    Name{"application/vnd.pgrst.array+json", Media::Kind::array_stripped},
    Name{"application/vnd.pgrst.array", Media::Kind::array_stripped},
    Name{"application/vnd.pgrst.object+json", Media::Kind::object},
    Name{"application/vnd.pgrst.object", Media::Kind::object},
    Name{"text/csv", Media::Kind::csv},
    Name{"application/geo+json", Media::Kind::geojson},
    Name{"application/openapi+json", Media::Kind::openapi},
    Name{"application/vnd.pgrst.plan", Media::Kind::plan},
    Name{"application/vnd.pgrst.plan+text", Media::Kind::plan},
    Name{"application/vnd.pgrst.plan+json", Media::Kind::plan},
    Name{"application/x-www-form-urlencoded", Media::Kind::form},
    Name{"text/plain", Media::Kind::text},
    Name{"text/xml", Media::Kind::xml},
    Name{"application/octet-stream", Media::Kind::octets},
};

std::string_view name_of(Media::Kind kind) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const Name& name) { return name.kind == kind; })
      ->text;
}

struct Parameter {
  std::string name;  // in lower case
  std::string_view value;
};

// Takes one `; name=value` off the front of `rest`; a value in quotes is without them.
Parameter take_parameter(std::string_view& rest) {
  rest.remove_prefix(1);
  const size_t name_end = std::min(rest.find_first_of("=;"), rest.size());
  Parameter parameter = {to_ascii_lower(trim_blanks(rest.substr(0, name_end))), {}};
  rest.remove_prefix(name_end);
  if (!rest.starts_with('=')) return parameter;
  rest = rest.substr(std::min(rest.find_first_not_of(" \t", 1), rest.size()));
  const bool is_quoted = rest.starts_with('"');
  if (is_quoted) rest.remove_prefix(1);
  const size_t value_end = std::min(rest.find(is_quoted ? '"' : ';'), rest.size());
  parameter.value = rest.substr(0, value_end);
  if (!is_quoted) parameter.value = trim_blanks(parameter.value);
  rest.remove_prefix(std::min(rest.find(';', value_end), rest.size()));
  return parameter;
}

void set_plan_options(std::string_view options, Media& media) {
  const auto has = [&](std::string_view wanted) {
    const std::string padded = '|' + std::string(options) + '|';
    return padded.find('|' + std::string(wanted) + '|') != std::string::npos;
  };
  media.analyze = has("analyze");
  media.verbose = has("verbose");
  media.settings = has("settings");
  media.buffers = has("buffers");
  media.wal = has("wal");
}

std::string plan_name(const Media& media) {
  std::string name(name_of(Media::Kind::plan));
  name += media.plan_as_json ? "+json" : "+text";
  name += "; for=\"" + media.plan_for + '"';
  std::string options;
  const auto add = [&options](bool is_set, std::string_view option) {
    if (!is_set) return;
    options += options.empty() ? "; options=" : "|";
    options += option;
  };
  add(media.analyze, "analyze");
  add(media.verbose, "verbose");
  add(media.settings, "settings");
  add(media.buffers, "buffers");
  add(media.wal, "wal");
  return name + options;
}

// The name of a media type whose kind and parameters are known.
std::string written_name(const Media& media) {
  if (media.kind == Media::Kind::plan) return plan_name(media);
  std::string name(name_of(media.kind));
  if (media.strip_nulls) name += ";nulls=stripped";
  return name;
}

struct Choice {
  Media media;
  double quality;
  long specificity;
};

double parse_quality(std::string_view text) {
  double quality = 1;
  std::from_chars(text.data(), text.data() + text.size(), quality);
  return quality;
}

Choice parse_choice(std::string_view sent) {
  std::string text;
  std::copy_if(sent.begin(), sent.end(), std::back_inserter(text),
               [](char c) { return c != ' ' && c != '\t'; });
  const size_t quality_begin = std::min(to_ascii_lower(text).find(";q="), text.size());
  std::string_view quality = std::string_view(text).substr(quality_begin);
  quality = quality.substr(0, quality.find(';', 1));
  const std::string_view type = std::string_view(text).substr(0, quality_begin);
  return {parse_media(type), quality.empty() ? 1 : parse_quality(quality.substr(3)),
          std::count(type.begin(), type.end(), ';') - std::count(type.begin(), type.end(), '*')};
}

}  // namespace

Media parse_media(std::string_view text) {
  text = trim_blanks(text);
  std::string_view rest = text;
  const std::string type = to_ascii_lower(trim_blanks(rest.substr(0, rest.find(';'))));
  const auto known =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& name) { return name.text == type; });
  if (known == kNames.end()) return {.kind = Media::Kind::other, .name = std::string(text)};

  Media media = {.kind = known->kind, .plan_as_json = type.ends_with(".plan+json")};
  std::string_view plan_for = name_of(Media::Kind::json);
  for (rest.remove_prefix(std::min(rest.find(';'), rest.size())); !rest.empty();) {
    const Parameter parameter = take_parameter(rest);
    if (parameter.name == "nulls") media.strip_nulls = parameter.value == "stripped";
    if (media.kind != Media::Kind::plan) continue;
    if (parameter.name == "for") plan_for = parameter.value;
    if (parameter.name == "options") set_plan_options(parameter.value, media);
  }
  if (media.kind == Media::Kind::array_stripped && !media.strip_nulls) media.kind = Media::Kind::json;
  if (media.kind != Media::Kind::array_stripped && media.kind != Media::Kind::object)
    media.strip_nulls = false;
  if (media.kind == Media::Kind::plan) {
    media.plan_for = parse_media(plan_for).name;
  }
  media.name = written_name(media);
  return media;
}

std::vector<Media> parse_accept(std::string_view value) {
  std::vector<Choice> choices;
  for (bool more = true; more;) {
    const size_t comma = value.find(',');
    more = comma != std::string_view::npos;
    Choice choice = parse_choice(value.substr(0, comma));
    value.remove_prefix(more ? comma + 1 : value.size());
    if (!choice.media.name.empty() && choice.quality > 0) choices.push_back(std::move(choice));
  }
  std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
    return std::pair(a.quality, a.specificity) > std::pair(b.quality, b.specificity);
  });
  std::vector<Media> result;
  result.reserve(choices.size());
  for (Choice& choice : choices) result.push_back(std::move(choice.media));
  return result;
}

std::string content_type(const Media& media) {
  const bool has_charset = media.kind != Media::Kind::octets && media.kind != Media::Kind::other;
  return media.name + (has_charset ? "; charset=utf-8" : "");
}

}  // namespace pg_booking::rest

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>

#include "base/civil_time.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/store_options.h"
#include "report/run_list.h"

namespace joulecast::cli {
namespace {

struct ListOptions {
  StoreOptions store;
  store::ListFilter filter;
  std::string state, since;
  bool json = false;
};

constexpr std::array kStates = {store::RunState::kRunning, store::RunState::kEnded,
                                store::RunState::kInterrupted};

// "2026-11-23", with or without a time of day; or so long ago: "7d", "12h".
std::optional<double> moment(const std::string& text) {
  if (const auto date = parse_civil_time(text)) return date;
  if (const auto day = parse_civil_time(text + " 00:00:00")) return day;
  if (text.size() < 2) return std::nullopt;
  const auto number = parse_number(std::string_view(text).substr(0, text.size() - 1));
  constexpr double kHourS = 3600.0, kDayS = 86400.0;
  const double unit_s = text.back() == 'd' ? kDayS : text.back() == 'h' ? kHourS : 0.0;
  if (!number || !(*number >= 0.0) || unit_s <= 0.0) return std::nullopt;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count() - *number * unit_s;
}

int list(ListOptions options) {
  for (const store::RunState state : kStates) {
    if (options.state == to_string(state)) options.filter.state = state;
  }
  if (!options.since.empty()) {
    options.filter.since_unix_s = moment(options.since);
    if (!options.filter.since_unix_s) {
      return fail({fmt::format("--since {}: write a date like 2026-11-23, or 7d or 12h for so long "
                               "ago",
                               quoted(options.since))},
                  kBadUsage);
    }
  }
  const auto path = options.store.path();
  if (!path) return fail(path.error());
  const auto store = options.store.open();
  if (!store) return fail(store.error());
  const report::RunList runs{
      .store = path->string(), .runs = (*store)->list(options.filter), .notes = (*store)->notes()};
  if (options.json) return print(report::json_text(report::run_list_json(runs)));
  return print(report::run_list_text(runs, report::stdout_terminal()));
}

}  // namespace

void add_list(CLI::App& program, Action& action) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = program.add_subcommand("list", "List the stored runs, the newest first");
  options->store.add_to(*command);
  command->add_option("--tag", options->filter.tag, "Only runs with this tag")->type_name("TAG");
  command->add_option("--host", options->filter.host, "Only runs of this host")->type_name("HOST");
  command->add_option("--text", options->filter.text, "Only runs with this in title or command")
      ->type_name("TEXT");
  command->add_option("--state", options->state, "Only runs that are running, ended or interrupted")
      ->type_name("STATE")
      ->check(CLI::IsMember({"running", "ended", "interrupted"}));
  command
      ->add_option("--since", options->since,
                   "Only runs begun since then: 2026-11-23, or 7d or 12h for so long ago")
      ->type_name("DATE");
  command->add_option("--limit", options->filter.most, "The newest so many")
      ->type_name("N")
      ->check(whole_number(1));
  command->add_flag("--json", options->json, "Print JSON (docs/schema/list-1.json)");
  command->footer(
      "Examples:\n  joulecast list --state interrupted --since 7d\n  joulecast list --tag baseline "
      "--json");
  command->callback([options, &action] { action = [options] { return list(*options); }; });
}

}  // namespace joulecast::cli

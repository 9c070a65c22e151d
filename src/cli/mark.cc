#include "joulecast/live/mark.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "joulecast/live/mark_server.h"
#include "live/mark_text.h"

namespace joulecast::cli {
namespace {

constexpr const char* kFooter = R"(Marks:
  epoch                            the end of an epoch; epochs are counted for you
  epoch_end 3 loss=0.2 val_accuracy=0.9 samples=60000
  step 1200 tokens=5e6             1200 steps have been done so far
  plan epochs=50                   or steps=10000, samples=..., tokens=2e9
  phase fine-tune                  what follows is of another kind
  evaluation_begin, evaluation_end, window_begin NAME, window_end NAME, note TEXT
docs/marks.md has all of them.

From a shell script that 'joulecast run' runs:
  joulecast mark plan epochs=10
  for epoch in $(seq 10); do ./train-one-epoch; joulecast mark epoch_end $epoch; done

From Python without any package; where no joulecast runs it does nothing:
  import os, socket
  marks = socket.socket(socket.AF_UNIX)
  if marks.connect_ex(os.environ.get("JOULECAST_SOCKET", "")) == 0:
      marks.sendall(b"epoch_end 3 loss=0.2\n")
      print(marks.makefile().readline())          # ok, or error: why

Outside of 'joulecast run', or when joulecast has ended, nothing is sent and the exit code is 0, so
that a training runs without joulecast as it does with it; --strict makes that an error. A line that
is no mark is an error always: exit code 2.)";

struct MarkOptions {
  std::vector<std::string> words;
  std::string socket;
  bool strict = false;
};

// One word of the command line as it stands in the line that is sent: the shell has taken its
// quotes.
std::string sent_word(const std::string& word) {
  const std::size_t equals = word.find('=');
  const bool key_first = equals < word.find_first_of(" \t\"");
  if (!key_first) return live::mark_word(word);
  const std::string value = word.substr(equals + 1);
  return word.substr(0, equals + 1) + (value.empty() ? value : live::mark_word(value));
}

std::string line_of(const std::vector<std::string>& words) {
  if (words.size() == 1) return words.front();
  const bool note = words.front() == "note";
  std::string line = words.front();
  for (std::size_t i = 1; i < words.size(); ++i)
    line += ' ' + (note ? words[i] : sent_word(words[i]));
  return line;
}

int mark(const MarkOptions& options) {
  const std::string line = line_of(options.words);
  if (const auto parsed = live::parse_mark(line); !parsed) return fail(parsed.error(), kBadUsage);
  std::string socket = options.socket;
  if (socket.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const char* told = std::getenv(live::kSocketVariable);
    if (told != nullptr) socket = told;
  }
  if (socket.empty()) {
    if (!options.strict) return kOk;
    return fail({fmt::format("{} is not set: this does not run under 'joulecast run'",
                             live::kSocketVariable)});
  }
  const Status sent = live::send_mark(socket, line);
  if (sent) return kOk;
  const int code = fail(sent.error());
  return options.strict ? code : kOk;
}

}  // namespace

void add_mark(CLI::App& program, Action& action) {
  auto options = std::make_shared<MarkOptions>();
  CLI::App* command = program.add_subcommand(
      "mark", "Tell the joulecast that runs this training where it is: an epoch, a step, a plan");
  command->add_option("LINE", options->words, "The mark, in one word or several")
      ->required()
      ->type_name("");
  command
      ->add_option("--socket", options->socket, "Where joulecast listens, else $JOULECAST_SOCKET")
      ->type_name("PATH");
  command->add_flag("--strict", options->strict,
                    "Exit code 1 where the mark does not arrive or is refused");
  command->footer(kFooter);
  command->callback([options, &action] { action = [options] { return mark(*options); }; });
}

}  // namespace joulecast::cli

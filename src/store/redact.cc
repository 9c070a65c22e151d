#include "joulecast/store/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.h"
#include "store/secret_shapes.h"

namespace joulecast::store {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kMask = "***";

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_quote(char c) { return c == '"' || c == '\''; }

// Behind the quote that closes the one at `at`, or the text's end.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? std::size_t{2} : 1;
  return std::min(at + 1, text.size());
}

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// A name's words in lower case: "HF_TOKEN", "api-key", "accessKey".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  bool was_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool divides = std::isalnum(byte) == 0;
    if (divides || (std::isupper(byte) != 0 && was_lower)) words.emplace_back();
    if (!divides) words.back() += static_cast<char>(std::tolower(byte));
    was_lower = std::islower(byte) != 0;
  }
  return words;
}

bool says_secret(const std::string& word) {
  constexpr std::array<std::string_view, 7> kAnywhere = {
      "password", "passwd", "passphrase", "secret", "credential", "apikey", "accesskey"};
  constexpr std::array<std::string_view, 10> kWhole = {
      "pwd", "auth", "authorization", "bearer", "signature", "sig", "jwt", "pat", "cookie", "pass"};
  const auto is_in = [&](std::string_view part) { return word.find(part) != std::string::npos; };
  return std::any_of(kAnywhere.begin(), kAnywhere.end(), is_in) ||
         std::find(kWhole.begin(), kWhole.end(), word) != kWhole.end() || word.ends_with("token") ||
         word.ends_with("key") || word.ends_with("pwd");
}

// "tokens" and "keys" are secrets unless they count something.
bool says_secrets(const std::string& word) {
  return word.ends_with("tokens") || word.ends_with("keys");
}

// With what may follow it in JSON and in shells.
bool is_masked(std::string_view value) {
  return value.starts_with(kMask) &&
         value.find_first_not_of(",;)]}", kMask.size()) == std::string_view::npos;
}

bool hides(std::string_view name, std::string_view value) {
  // Python's KeyError names what is missing, no secret.
  if (value.empty() || is_masked(value) || name.ends_with("Error")) return false;
  const auto words = words_of(name);
  if (std::any_of(words.begin(), words.end(), says_secret)) return true;
  return std::any_of(words.begin(), words.end(), says_secrets) && !parse_number(value);
}

// What a scheme's name and its credential look like: "Bearer abc", "Basic YTpi".
bool is_scheme(std::string_view word) {
  const std::string lower = to_lower(word);
  return lower == "bearer" || lower == "basic" || lower == "token" || lower == "digest";
}

// Walks free text and replaces the values of names that say secret.
class NamedValues {
 public:
  explicit NamedValues(std::string_view text) : text_(text) {}

  std::string redacted() {
    while (at_ < text_.size()) {
      if (!is_name_char(text_[at_])) {
        out_ += text_[at_++];
        continue;
      }
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
      const std::string_view name = text_.substr(begin, at_ - begin);
      out_ += name;
      const bool in_query = begin > 0 && (text_[begin - 1] == '?' || text_[begin - 1] == '&');
      value_after(name, in_query);
    }
    return out_;
  }

 private:
  // The name may be quoted: {"api_key": "abc"}.
  void value_after(std::string_view name, bool in_query) {
    std::size_t at = at_;
    if (at < text_.size() && (text_[at] == '"' || text_[at] == '\'')) ++at;
    const std::size_t blanks = skip_blanks(at);
    if (blanks < text_.size() && (text_[blanks] == '=' || text_[blanks] == ':')) {
      at = skip_blanks(blanks + 1);
    } else if (blanks > at && (name.starts_with('-') || to_lower(name) == "bearer")) {
      at = blanks;
      if (at < text_.size() && text_[at] == '-') return;
    } else {
      return;
    }
    const std::size_t end = end_of_value(at, in_query);
    if (!hides(name, text_.substr(at, end - at))) return;
    out_ += text_.substr(at_, at - at_);
    out_ += kMask;
    const bool scheme = is_scheme(text_.substr(at, end - at));
    at_ = end;
    if (scheme && at_ < text_.size() && is_blank(text_[at_]))
      at_ = end_of_value(skip_blanks(at_), false);
  }

  std::size_t skip_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }

  std::size_t end_of_value(std::size_t at, bool in_query) const {
    if (at >= text_.size()) return at;
    if (is_quote(text_[at])) return end_of_quoted(text_, at);
    if (text_[at] == '[' || text_[at] == '{') return end_of_list(at);
    for (std::size_t i = at; i < text_.size(); ++i) {
      const char c = text_[i];
      if (is_blank(c) || c == '"' || c == '\'' || (in_query && (c == '&' || c == '#'))) return i;
    }
    return text_.size();
  }

  // Behind the bracket that closes the one at `at`, or the text's end.
  std::size_t end_of_list(std::size_t at) const {
    std::size_t depth = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      at = is_quote(c) ? end_of_quoted(text_, at) : at + 1;
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && --depth == 0) break;
    }
    return at;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

bool is_option(std::string_view word) {
  return word.starts_with("--") || (word.size() == 2 && word[0] == '-');
}

// Where one command of a shell's line ends.
bool divides_commands(char c) {
  constexpr std::string_view kDividers = ";|&()\n";
  return kDividers.find(c) != std::string_view::npos;
}

// Programs whose -p or -u takes a password.
bool short_option_hides(std::string_view program, std::string_view option) {
  constexpr std::array<std::string_view, 6> kPrograms = {"sshpass", "mysql", "mysqldump",
                                                         "mariadb", "mongo", "redis-cli"};
  return (option.starts_with("-p") || option.starts_with("-a")) && !option.starts_with("--") &&
         std::find(kPrograms.begin(), kPrograms.end(), program) != kPrograms.end();
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "user:password" of curl's -u and --user.
bool names_user(std::string_view option) {
  return option == "-u" || option == "--user" || option == "--proxy-user";
}

// "-uuser:password", "--user=user:password": as far as the colon; none where there is no password.
std::optional<std::size_t> user_end(std::string_view word) {
  const bool attached = word.starts_with("-u");
  const bool joined = names_user(word.substr(0, word.find('=')));
  const std::size_t colon = word.find(':');
  if ((!attached && !joined) || colon == std::string_view::npos) return std::nullopt;
  return colon + 1;
}

// NAME=value in one word: all that follows the "=" is the value, blanks too.
std::string redact_word(const std::string& word) {
  if (const auto end = user_end(word)) return word.substr(0, *end) + std::string(kMask);
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) {
    const std::string_view name = std::string_view(word).substr(0, equals);
    const std::string_view value = std::string_view(word).substr(equals + 1);
    if (std::all_of(name.begin(), name.end(), is_name_char) && hides(name, value)) {
      return std::string(name) + "=" + std::string(kMask);
    }
  }
  return redact_text(word);
}

}  // namespace

std::string redact_text(std::string_view text) {
  return NamedValues(mask_secret_shapes(text)).redacted();
}

namespace {

constexpr int kMostShells = 4;  // one in another's -c

Words redact_words(const Words& command, int shells);

bool divides_words(char c) { return is_blank(c) || divides_commands(c); }

// Where the shell's word that begins here ends; quotes hold it together.
std::size_t end_of_shell_word(std::string_view text, std::size_t at) {
  while (at < text.size() && !divides_words(text[at])) {
    at =
        is_quote(text[at]) ? end_of_quoted(text, at) : at + (text[at] == '\\' ? std::size_t{2} : 1);
  }
  return std::min(at, text.size());
}

// Without the quotes around it.
std::string unquoted(std::string_view word) {
  const bool quoted = word.size() > 1 && is_quote(word[0]) && word.back() == word[0];
  return std::string(quoted ? word.substr(1, word.size() - 2) : word);
}

// The commands of a shell's line, each by the rules of a command. What hides nothing stays as it
// is.
std::string redact_shell(std::string_view text, int shells) {
  std::string out;
  Words raw, plain, gaps;  // of one command; a gap stands before its word
  const auto put = [&] {
    const Words redacted = redact_words(plain, shells);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      out += gaps[i] + (redacted[i] == plain[i] ? raw[i] : redacted[i]);
    }
    raw.clear();
    plain.clear();
    gaps.clear();
  };
  std::string gap;
  for (std::size_t at = 0; at < text.size();) {
    if (divides_words(text[at])) {
      if (divides_commands(text[at])) put();
      gap += text[at++];
      if (divides_commands(gap.back())) out += std::exchange(gap, {});
      continue;
    }
    const std::size_t end = end_of_shell_word(text, at);
    raw.emplace_back(text.substr(at, end - at));
    plain.push_back(unquoted(raw.back()));
    gaps.push_back(std::exchange(gap, {}));
    at = end;
  }
  put();
  return out + gap;
}

std::string redact_argument(const std::string& word, int shells) {
  // The text first: JSON is no shell's line, and what is masked in it holds no words any more.
  std::string redacted = redact_word(word);
  const bool is_line = shells > 0 && end_of_shell_word(redacted, 0) < redacted.size();
  return is_line ? redact_shell(redacted, shells - 1) : redacted;
}

Words redact_words(const Words& command, int shells) {
  Words redacted;
  std::string_view program;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const std::string& word = command[i];
    if (!word.starts_with('-') && short_option_hides(base_name(word), "-p"))
      program = base_name(word);
    const bool short_hides = short_option_hides(program, word);
    if (short_hides && word.size() > 2) {
      redacted.push_back(word.substr(0, 2) + std::string(kMask));
      continue;
    }
    redacted.push_back(redact_argument(word, shells));
    if (i + 1 == command.size() || word.find('=') != std::string::npos) continue;
    const std::string& next = command[i + 1];
    const bool named = word.starts_with('-') && hides(word, next);
    const std::size_t colon = next.find(':');
    if ((named || short_hides) && !is_option(next)) {
      redacted.emplace_back(kMask);
      ++i;
    } else if (names_user(word) && colon != std::string::npos) {
      redacted.push_back(next.substr(0, colon + 1) + std::string(kMask));
      ++i;
    }
  }
  return redacted;
}

}  // namespace

Words redact_command(const Words& command) { return redact_words(command, kMostShells); }

bool may_store_variable(std::string_view name) {
  constexpr std::array<std::string_view, 30> kNames = {"RANK",
                                                       "LOCAL_RANK",
                                                       "WORLD_SIZE",
                                                       "LOCAL_WORLD_SIZE",
                                                       "NODE_RANK",
                                                       "GROUP_RANK",
                                                       "CUDA_VISIBLE_DEVICES",
                                                       "CUDA_DEVICE_ORDER",
                                                       "NVIDIA_VISIBLE_DEVICES",
                                                       "ROCR_VISIBLE_DEVICES",
                                                       "HIP_VISIBLE_DEVICES",
                                                       "GPU_DEVICE_ORDINAL",
                                                       "ZE_AFFINITY_MASK",
                                                       "OMP_NUM_THREADS",
                                                       "OMP_PROC_BIND",
                                                       "OMP_PLACES",
                                                       "MKL_NUM_THREADS",
                                                       "OPENBLAS_NUM_THREADS",
                                                       "NUMEXPR_NUM_THREADS",
                                                       "TF_NUM_INTRAOP_THREADS",
                                                       "TF_NUM_INTEROP_THREADS",
                                                       "PYTORCH_CUDA_ALLOC_CONF",
                                                       "CUBLAS_WORKSPACE_CONFIG",
                                                       "PYTHONHASHSEED",
                                                       "PYTHONUNBUFFERED",
                                                       "CONDA_DEFAULT_ENV",
                                                       "PBS_JOBID",
                                                       "LSB_JOBID",
                                                       "JOB_ID",
                                                       "PMI_RANK"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  const bool prefixed = name.starts_with("SLURM_") || name.starts_with("OMPI_COMM_WORLD_");
  return prefixed && !hides(name, "a value");
}

}  // namespace joulecast::store

#include "joulecast/store/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "base/text.h"
#include "store/secret_shapes.h"

namespace joulecast::store {
namespace {

constexpr std::string_view kMask = "***";

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

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

bool hides(std::string_view name, std::string_view value) {
  // Python's KeyError names what is missing, no secret.
  if (value.empty() || value == kMask || name.ends_with("Error")) return false;
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
    const char quote = text_[at] == '"' || text_[at] == '\'' ? text_[at] : '\0';
    for (std::size_t i = at + (quote != '\0' ? 1 : 0); i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != '\0') {
        if (c == '\\') {
          ++i;
        } else if (c == quote) {
          return i + 1;
        }
        continue;
      }
      if (is_blank(c) || c == '"' || c == '\'' || (in_query && (c == '&' || c == '#'))) return i;
    }
    return text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

bool is_option(std::string_view word) {
  return word.starts_with("--") || (word.size() == 2 && word[0] == '-');
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

// NAME=value in one word: all that follows the "=" is the value, blanks too.
std::string redact_word(const std::string& word) {
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

std::vector<std::string> redact_command(const std::vector<std::string>& command) {
  std::vector<std::string> redacted;
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
    redacted.push_back(redact_word(word));
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

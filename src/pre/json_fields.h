// Members of a JSON object that must be there and usable; the first that is not is remembered, and
// what follows reads as nothing.
#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::pre {

/// Reads one object. All readers of one document share one line about what is wrong first.
class JsonFields {
 public:
  using Json = nlohmann::json;

  /// `problem` is empty as long as nothing is wrong; both must outlive this. Null: an object that
  /// is not there, of which something was said already.
  JsonFields(const Json* object, std::string& problem) : object_(object), problem_(&problem) {}
  JsonFields(const Json* object, const JsonFields& outer)
      : object_(object), problem_(outer.problem_) {}

  bool ok() const { return problem_->empty(); }
  /// Remembers `"name" what`.
  void refuse(std::string_view name, std::string_view what);

  double number(const char* name, double least = -std::numeric_limits<double>::max());
  bool boolean(const char* name);
  std::string text(const char* name);
  std::vector<std::string> texts(const char* name, std::size_t most);
  /// Exactly `size` finite numbers.
  std::vector<double> numbers(const char* name, std::size_t size);
  /// `least` to `most` rows of `width` finite numbers each.
  std::vector<std::vector<double>> rows(const char* name, std::size_t least, std::size_t most,
                                        std::size_t width);
  JsonFields object(const char* name);
  std::vector<const Json*> objects(const char* name, std::size_t least, std::size_t most);

 private:
  const Json* member(const char* name);
  const Json* list(const char* name, std::size_t least, std::size_t most);

  const Json* object_;
  std::string* problem_;
};

}  // namespace joulecast::pre

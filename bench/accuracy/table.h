// A table as aligned text or as markdown.
#pragma once

#include <string>
#include <vector>

namespace joulecast::accuracy {

using Row = std::vector<std::string>;

/// Every row has as many cells as the header.
std::string as_text(const Row& header, const std::vector<Row>& rows);
std::string as_markdown(const Row& header, const std::vector<Row>& rows);

}  // namespace joulecast::accuracy

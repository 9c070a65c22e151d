// The charts of report/plot.h as a picture: a self-contained SVG for pages and papers.
#pragma once

#include <string>
#include <vector>

#include "report/plot.h"

namespace joulecast::report {

/// The plots below each other under a title. Colours are safe for colour-blind readers (Okabe and
/// Ito) and follow the reader's light or dark scheme; no scripts, no fonts, nothing fetched.
std::string draw_svg(const std::string& title, const std::vector<Plot>& plots);

}  // namespace joulecast::report

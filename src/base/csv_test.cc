#include "base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"

namespace joulecast {
namespace {

using testing::ElementsAre;
using Step = LineReader::Step;

std::vector<std::string> split(std::string_view line) {
  std::vector<CsvField> fields;
  std::vector<std::string> unquoted;
  EXPECT_TRUE(split_csv(line, fields, unquoted)) << line;
  std::vector<std::string> texts;
  for (const CsvField& field : fields) texts.emplace_back(field.text);
  return texts;
}

TEST(SplitCsv, SplitsAtCommas) {
  EXPECT_THAT(split("a, b c ,,d"), ElementsAre("a", "b c", "", "d"));
  EXPECT_THAT(split(""), ElementsAre(""));
  EXPECT_THAT(split(","), ElementsAre("", ""));
}

TEST(SplitCsv, HonoursQuotes) {
  EXPECT_THAT(split(R"("a, b" ,"c""d""",e"f)"), ElementsAre("a, b", "c\"d\"", "e\"f"));
  EXPECT_THAT(split(R"("""")"), ElementsAre("\""));
  EXPECT_THAT(split(R"("","""x""","y""")"), ElementsAre("", "\"x\"", "y\""));
}

TEST(SplitCsv, KnowsWhereFieldsBegin) {
  std::vector<CsvField> fields;
  std::vector<std::string> unquoted;
  ASSERT_TRUE(split_csv(R"(a,  b, "c",)", fields, unquoted));
  EXPECT_EQ(fields[0].column, 1u);
  EXPECT_EQ(fields[1].column, 5u);
  EXPECT_EQ(fields[2].column, 8u);
  EXPECT_EQ(fields[3].column, 12u);
  EXPECT_FALSE(split_csv(R"(a,"b"",c)", fields, unquoted));
  EXPECT_EQ(fields.back().column, 3u);
}

CsvReader open_csv(std::string_view text) {
  auto csv = CsvReader::open(LineReader(open_memory(text, "t.csv")));
  EXPECT_TRUE(csv.ok());
  return std::move(*csv);
}

TEST(CsvReader, ReadsRowsAndPassesOverBlankLines) {
  CsvReader csv = open_csv("\n\xEF\xBB\xBFx\n");
  EXPECT_EQ(csv.next(), Step::kEnd);
  CsvReader marked = open_csv(
      "\xEF\xBB\xBF"
      "Epoch, b\r\n\n 1,2\r\n3");
  EXPECT_THAT(marked.header(), ElementsAre("Epoch", "b"));
  EXPECT_EQ(marked.column("epoch"), 0u);
  EXPECT_FALSE(marked.column("c").has_value());
  ASSERT_EQ(marked.next(), Step::kLine);
  EXPECT_EQ(marked.lines().line_number(), 3u);
  EXPECT_TRUE(marked.complete());
  EXPECT_EQ(*marked.number(1), 2.0);
  ASSERT_EQ(marked.next(), Step::kLine);
  EXPECT_FALSE(marked.complete());
  EXPECT_EQ(marked.next(), Step::kEnd);
}

TEST(CsvReader, SaysWhereSomethingIsWrong) {
  CsvReader csv = open_csv("a,b\n1, 2x\n3,inf\n\"4,5\n");
  EXPECT_EQ(csv.need_column("ab").error().message,
            "t.csv:1: there is no column 'ab' (did you mean 'a'?); the columns are: a, b");
  ASSERT_EQ(csv.next(), Step::kLine);
  EXPECT_EQ(csv.number(1).error().message, "t.csv:2:4: '2x' is not a number (column b)");
  ASSERT_EQ(csv.next(), Step::kLine);
  EXPECT_EQ(csv.number(1).error().message, "t.csv:3:3: 'inf' is not a finite number");
  ASSERT_EQ(csv.next(), Step::kError);
  EXPECT_EQ(csv.error().message, "t.csv:4:1: a quote is opened here and not closed in this line");
  const auto none = CsvReader::open(LineReader(open_memory("\n\n", "t.csv")));
  EXPECT_EQ(none.error().message, "t.csv: there is no header line, only blanks");
}

}  // namespace
}  // namespace joulecast

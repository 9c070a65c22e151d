#include "joulecast/live/mark.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace joulecast::live {
namespace {

Mark good(std::string_view line) {
  auto mark = parse_mark(line);
  EXPECT_TRUE(mark.ok()) << line << ": " << (mark.ok() ? "" : mark.error().message);
  return mark.ok() ? *mark : Mark{};
}

std::string bad(std::string_view line) {
  const auto mark = parse_mark(line);
  EXPECT_FALSE(mark.ok()) << line;
  return mark.ok() ? "" : mark.error().message;
}

TEST(Mark, ReadsWhatAnEpochSays) {
  const Mark mark = good(
      "epoch_end 3 loss=-0.25 val_loss=0.5 accuracy=0.8 steps=469 samples=6e4 tokens=2e9 "
      "trainable_parameters=11e6 batch_size=128 image_size=28 t=12.5");
  EXPECT_EQ(mark.kind, Mark::Kind::kEpochEnd);
  EXPECT_EQ(mark.number, 3);
  EXPECT_EQ(mark.loss, -0.25);
  EXPECT_EQ(mark.validation_loss, 0.5);
  EXPECT_EQ(mark.accuracy, 0.8);
  EXPECT_EQ(mark.steps, 469);
  EXPECT_EQ(mark.samples, 60000);
  EXPECT_EQ(mark.tokens, 2e9);
  EXPECT_EQ(mark.trainable_parameters, 11e6);
  EXPECT_EQ(mark.batch_size, 128);
  EXPECT_EQ(mark.image_size, 28);
  EXPECT_EQ(mark.time_s, 12.5);
}

TEST(Mark, ReadsEveryKind) {
  EXPECT_EQ(good("epoch").kind, Mark::Kind::kEpochEnd);
  EXPECT_FALSE(good("epoch").number);
  EXPECT_EQ(good("  epoch_begin\t4 ").number, 4);
  EXPECT_EQ(good("step 1200 tokens=5e6").tokens, 5e6);
  EXPECT_EQ(good("plan epochs=50 steps=1000").epochs, 50);
  EXPECT_EQ(good("evaluation_begin").kind, Mark::Kind::kEvaluationBegin);
  EXPECT_EQ(good("evaluation_end val_accuracy=0.9").accuracy, 0.9);
  EXPECT_EQ(good("window_begin load").text, "load");
  EXPECT_EQ(good("window_end \"load data\"").text, "load data");
  EXPECT_EQ(good(R"(phase "a \"b\" \\ c=d")").text, R"(a "b" \ c=d)");
  EXPECT_EQ(good("phase Überprüfung").text, "Überprüfung");
}

TEST(Mark, ANoteIsTheRestOfTheLineOrOneQuotedWord) {
  EXPECT_EQ(good("note lr=0.1 from \"here\" on").text, "lr=0.1 from \"here\" on");
  const Mark quoted = good("note \"lr 0.1\" t=3");
  EXPECT_EQ(quoted.text, "lr 0.1");
  EXPECT_EQ(quoted.time_s, 3);
  EXPECT_NE(bad("note").find("lacks its text"), std::string::npos);
}

TEST(Mark, TheValidationsAccuracyCounts) {
  EXPECT_EQ(good("epoch_end accuracy=0.9 val_accuracy=0.8").accuracy, 0.8);
  EXPECT_EQ(good("epoch_end val_accuracy=0.8 accuracy=0.9").accuracy, 0.8);
}

TEST(Mark, SaysWhatIsWrongAndHowToMendIt) {
  EXPECT_EQ(bad("epoh_end 3"), "unknown mark 'epoh_end'; did you mean 'epoch_end'?");
  EXPECT_NE(bad("banana").find("there are: epoch_begin, epoch_end,"), std::string::npos);
  EXPECT_EQ(bad("epoch_end los=1"), "'epoch_end' has no key 'los'; did you mean 'loss'?");
  EXPECT_EQ(bad("epoch_end loss=1 loss=1"), "'loss' is given twice");
  EXPECT_EQ(bad("epoch_end loss=nan"), "loss='nan': not a finite number");
  EXPECT_EQ(bad("epoch_end loss=1e999"), "loss='1e999': not a finite number");
  EXPECT_EQ(bad("epoch_end steps=-1"), "steps='-1': cannot be negative");
  EXPECT_EQ(bad("epoch_end three"), "'epoch_end': 'three' is not a whole number of at least 0");
  EXPECT_EQ(bad("epoch_end 3 4").substr(0, 33), "'epoch_end': '4' is no key=value;");
  EXPECT_EQ(bad("step"), "'step' lacks its number; say 'step 100'");
  EXPECT_EQ(bad("step loss=1"), "'step' lacks its number; say 'step 100'");
  EXPECT_EQ(bad("plan epochs=0"), "epochs='0': must be above 0");
  EXPECT_NE(bad("plan").find("says nothing"), std::string::npos);
  EXPECT_NE(bad("phase \"\"").find("lacks its name"), std::string::npos);
  EXPECT_NE(bad("phase " + std::string(257, 'x')).find("longer than 256"), std::string::npos);
  EXPECT_NE(bad("note " + std::string(4097, 'x')).find("longer than 4096"), std::string::npos);
  EXPECT_NE(bad("phase \"open").find("never closed"), std::string::npos);
  EXPECT_NE(bad("phase do\"or").find("inside a word"), std::string::npos);
  EXPECT_NE(bad("phase \"do\"or").find("inside a word"), std::string::npos);
  EXPECT_NE(bad("phase \"a\tb\"").find("tab"), std::string::npos);
  EXPECT_NE(bad("").find("empty"), std::string::npos);
  EXPECT_NE(bad("=").find("unknown mark"), std::string::npos);
}

TEST(Mark, RefusesWhatIsNotText) {
  for (const char* text : {"phase \x80", "phase \xc0\xaf", "phase \xed\xa0\x80", "phase \xe2\x82",
                           "phase \xf4\x90\x80\x80", "phase \xff"}) {
    EXPECT_NE(bad(text).find("byte 7 is not UTF-8"), std::string::npos) << text;
  }
  for (const char* text : {"phase \x1b[2J", "phase \x7f", "phase \xc2\x85"}) {
    EXPECT_NE(bad(text).find("byte 7 is a control character"), std::string::npos) << text;
  }
  EXPECT_EQ(bad(std::string_view("phase \0", 7)), "byte 7 is a control character: '\\x00'");
}

// A name of up to 100 letters, some of which need quotes, some two bytes.
std::string any_text() {
  static const std::array<std::string, 7> letters = {"a", "b", " ", "\"", "\\", "=", "ä"};
  std::string text = "x";
  for (const std::size_t i : *rc::gen::container<std::vector<std::size_t>>(
           rc::gen::inRange<std::size_t>(0, letters.size()))) {
    text += letters[i];
  }
  return text;
}

RC_GTEST_PROP(Mark, IsReadBackAsItWasWritten, ()) {
  Mark mark;
  mark.kind =
      static_cast<Mark::Kind>(*rc::gen::inRange(0, static_cast<int>(Mark::Kind::kNote) + 1));
  const auto number = [](double low) {
    return *rc::gen::map(rc::gen::arbitrary<double>(),
                         [low](double x) { return std::isfinite(x) ? std::max(low, x) : 1.0; });
  };
  using enum Mark::Kind;
  const bool ends = mark.kind == kEpochEnd;
  if (mark.kind == kStep || ((mark.kind == kEpochBegin || ends) && *rc::gen::arbitrary<bool>()))
    mark.number = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  if (mark.kind == kPhase || mark.kind == kWindowBegin || mark.kind == kWindowEnd ||
      mark.kind == kNote) {
    mark.text = any_text();
  }
  if (ends || mark.kind == kStep) mark.loss = number(-1e300);
  if (ends || mark.kind == kEvaluationEnd) mark.accuracy = number(-1e300);
  if (ends || mark.kind == kPlan) mark.steps = number(1e-300);
  if (*rc::gen::arbitrary<bool>()) mark.time_s = number(0.0);
  const Mark again = good(mark_line(mark));
  RC_ASSERT(again.kind == mark.kind);
  RC_ASSERT(again.number == mark.number);
  RC_ASSERT(again.text == mark.text);
  RC_ASSERT(again.loss == mark.loss);
  RC_ASSERT(again.accuracy == mark.accuracy);
  RC_ASSERT(again.steps == mark.steps);
  RC_ASSERT(again.time_s == mark.time_s);
  RC_ASSERT(mark_line(again) == mark_line(mark));
}

}  // namespace
}  // namespace joulecast::live

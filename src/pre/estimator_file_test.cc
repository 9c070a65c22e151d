#include "joulecast/pre/estimator_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "pre/estimator_file_format.h"
#include "pre/published_test_data.h"
#include "pre/saved_fit.h"
#include "pre/sha256.h"

namespace joulecast::pre {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Sha256, EqualsItsStandard) {
  const auto hash = [](std::string_view text) {
    Sha256 sha;
    sha.add(text);
    return sha.hex();
  };
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

class EstimatorFiles : public testing::Test {
 protected:
  EstimatorFiles()
      : folder_(fs::path(testing::TempDir()) / ("estimator-file-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~EstimatorFiles() override { fs::remove_all(folder_); }

  EstimatorFile fitted(const char* name = "krr") const {
    FitProvenance provenance{
        .created = "2026-11-23T17:00:00Z",
        .joulecast_version = "0.1.0",
        .sources = {{.name = "runs.csv", .sha256 = "00ff", .rows = 72, .meters = {"test meter"}}},
        .notes = {"a \"note\""}};
    auto file = fit_estimator_file(**make_estimator(name), rows_, std::move(provenance));
    EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().message);
    return *file;
  }

  std::string saved_text() {
    EXPECT_TRUE(save_estimator(fitted(), path_).ok());
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  // The error for the saved file with its content changed and, where told, its checksum mended.
  std::string refusal(const std::function<void(Json& file)>& change, bool mend = true) {
    Json file = Json::parse(saved_text());
    change(file);
    if (mend) file["checksum"] = checksum_of(file["content"]);
    const auto loaded = parse_estimator(file.dump(), "e.json");
    return loaded.ok() ? "accepted" : loaded.error().message;
  }

  fs::path folder_;
  fs::path path_ = folder_ / "e.json";
  std::vector<Observation> rows_ = test_observations();
};

TEST_F(EstimatorFiles, AnswerTheSameToTheLastBit) {
  for (const char* name : {"linear", "ridge", "krr", "svr"}) {
    SCOPED_TRACE(name);
    const EstimatorFile before = fitted(name);
    ASSERT_TRUE(save_estimator(before, path_).ok());
    const auto after = load_estimator(path_);
    ASSERT_TRUE(after.ok()) << after.error().message;
    EXPECT_EQ(after->targets(), (std::vector{Target::kPower, Target::kEpochEnergy, Target::kTime}));
    EXPECT_EQ(after->method(Target::kPower), name);
    for (const Observation& row : rows_) {
      for (const Target target : after->targets()) {
        const auto a = before.answer(row.set_up, target), b = after->answer(row.set_up, target);
        ASSERT_TRUE(a.ok() && b.ok());
        EXPECT_EQ(a->value, b->value);
        EXPECT_EQ(a->low, b->low);
        EXPECT_EQ(a->high, b->high);
      }
    }
    EXPECT_FALSE(after->answer(rows_[0].set_up, Target::kStableEpochEnergy).ok());
  }
}

TEST_F(EstimatorFiles, TellWhereTheyComeFrom) {
  ASSERT_TRUE(save_estimator(fitted(), path_).ok());
  const auto file = load_estimator(path_);
  ASSERT_TRUE(file.ok());
  const FitProvenance& provenance = file->provenance();
  EXPECT_EQ(provenance.created, "2026-11-23T17:00:00Z");
  EXPECT_EQ(provenance.joulecast_version, "0.1.0");
  EXPECT_EQ(provenance.notes, std::vector<std::string>{"a \"note\""});
  ASSERT_EQ(provenance.sources.size(), 1u);
  EXPECT_EQ(provenance.sources[0].rows, 72);
  EXPECT_EQ(provenance.sources[0].meters, std::vector<std::string>{"test meter"});
}

TEST_F(EstimatorFiles, NameFeaturesOutsideTheirRange) {
  const EstimatorFile file = fitted();
  EXPECT_TRUE(file.out_of_range(rows_[0].set_up)->empty());
  pre::SetUp far = rows_[0].set_up;
  far.batch_size = 512;
  const auto outside = file.out_of_range(far);
  ASSERT_EQ(outside->size(), 1u);
  EXPECT_EQ(outside->front().feature, "batch size");
  EXPECT_EQ(outside->front().value, 512.0);
  EXPECT_EQ(outside->front().low, 16.0);
  EXPECT_EQ(outside->front().high, 64.0);
}

TEST_F(EstimatorFiles, AreWrittenWholeOrNotAtAll) {
  const std::string text = saved_text();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
  const Status status = save_estimator(fitted(), folder_ / "absent" / "e.json");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, EndsWith("cannot be written: No such file or directory"));
  fs::create_directory(folder_ / "taken");
  EXPECT_FALSE(save_estimator(fitted(), folder_ / "taken").ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);  // nothing left behind
}

TEST_F(EstimatorFiles, FromANewerJoulecastSaySo) {
  EXPECT_EQ(refusal([](Json& file) {
              file["schema"] = "joulecast.estimator/2";
              file["content"]["joulecast_version"] = "3.1.4";
            }),
            "e.json: format 2 of estimator files, by joulecast 3.1.4; this joulecast reads format "
            "1: update it, or fit again");
  EXPECT_EQ(refusal([](Json& file) { file["content"]["fits"][0]["method"] = "oracle"; }),
            "e.json: the method 'oracle' is unknown to this joulecast: update it");
}

TEST_F(EstimatorFiles, ChangedAfterwardsAreRefused) {
  const auto change = [](Json& file) {
    file["content"]["fits"][0]["fit"]["models"][0]["intercept"] = 1.0;
  };
  EXPECT_THAT(refusal(change, /*mend=*/false), HasSubstr("the checksum does not fit"));
  EXPECT_EQ(refusal(change), "accepted");
  EXPECT_THAT(refusal([](Json& file) { file.erase("checksum"); }, false),
              HasSubstr("\"checksum\" is missing"));
}

TEST_F(EstimatorFiles, OddContentIsRefused) {
  const auto odd = [&](const char* pointer, Json value) {
    return refusal([&](Json& file) {
      file[Json::json_pointer(std::string("/content/fits/0/") + pointer)] = std::move(value);
    });
  };
  EXPECT_EQ(odd("fit/models/0/scale/3", 0.0), "e.json: \"scale\" must be above 0");
  EXPECT_EQ(odd("fit/models/0/scale/3", nullptr),
            "e.json: \"scale\" must be a list of 10 finite numbers");
  EXPECT_EQ(odd("fit/models/0/gamma", -1.0), "e.json: \"gamma\" must be at least 0");
  EXPECT_EQ(odd("fit/models/0/coefficients", {1.0}),
            "e.json: \"coefficients\" must be a list of 24 finite numbers");
  EXPECT_EQ(odd("fit/inputs", Json::array()),
            "e.json: \"inputs\" must be a list of 1 to 20000 entries");
  EXPECT_EQ(odd("fit/inputs", std::vector<int>(20001, 0)),
            "e.json: \"inputs\" must be a list of 1 to 20000 entries");
  EXPECT_EQ(odd("fit/inputs/0", "x"), "e.json: \"inputs\" must hold lists of 10 finite numbers");
  EXPECT_EQ(odd("fit/interval/left_out/0/fold", 10), "e.json: \"fold\" is no fold of the file");
  EXPECT_EQ(odd("fit/interval/left_out/0/residual", -0.1),
            "e.json: \"residual\" must be at least 0");
  EXPECT_EQ(odd("fit/features/0/name", "colour"), "e.json: \"name\" is not the feature's");
  EXPECT_EQ(odd("fit/features/0/known", 1), "e.json: \"known\" must be true or false");
  EXPECT_EQ(odd("targets", {"weight"}), "e.json: unknown target 'weight'");
  EXPECT_EQ(odd("targets", Json::array()), "e.json: \"targets\" must be one");
  EXPECT_EQ(odd("fit", 3), "e.json: \"fit\" must be an object");
  EXPECT_EQ(refusal([](Json& file) { file["content"]["sources"][0]["rows"] = 1e300; }),
            "e.json: \"rows\" is too large");
  EXPECT_EQ(refusal([](Json& file) { file["content"]["fits"] = Json::array(); }),
            "e.json: \"fits\" must be a list of 1 to 4 entries");
}

TEST_F(EstimatorFiles, CutOffOrDamagedAreToldFromOthers) {
  const std::string text = saved_text();
  const auto error = [](std::string_view cut) {
    const auto file = parse_estimator(cut, "e.json");
    return file.ok() ? "accepted" : file.error().message;
  };
  constexpr std::size_t kStep = 97;
  for (std::size_t size = 40; size + 2 < text.size(); size += kStep) {
    EXPECT_THAT(error(text.substr(0, size)), HasSubstr("cut off")) << size;
  }
  std::string damaged = text;
  damaged[damaged.find("\"content\":") + 10] = '=';
  EXPECT_THAT(error(damaged), HasSubstr("damaged"));
}

TEST_F(EstimatorFiles, LinksAreFollowedAndDevicesLeftAlone) {
  fs::create_directory(folder_ / "far");
  fs::create_symlink("far/target.json", folder_ / "dangling.json");
  fs::create_symlink("dangling.json", path_);
  for (int i = 0; i < 2; ++i) {  // a target that is not there, then one that is
    ASSERT_TRUE(save_estimator(fitted(), path_).ok());
    EXPECT_TRUE(fs::is_symlink(path_) && fs::is_symlink(folder_ / "dangling.json"));
    EXPECT_TRUE(load_estimator(folder_ / "far" / "target.json").ok());
  }
  const fs::path fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const fs::path& odd : {fifo, fs::path("/dev/null")}) {
    const Status status = save_estimator(fitted(), odd);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().message, HasSubstr("cannot be written: it is no regular file"));
  }
  EXPECT_TRUE(fs::is_fifo(fifo) && fs::is_character_file("/dev/null"));
  EXPECT_THAT(save_estimator(fitted(), folder_).error().message, EndsWith("it is a folder"));
  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_FALSE(save_estimator(fitted(), folder_ / "loop").ok());
}

TEST_F(EstimatorFiles, WhatIsNoneIsRefused) {
  const std::string none = "e.json: not an estimator file; 'joulecast fit' writes one";
  for (const std::string& other :
       {std::string("{}"), std::string("[1e999]"), std::string("{\"a\""), std::string(100000, '['),
        std::string(R"({"schema":"joulecast.carbon/1"})")}) {
    const auto file = parse_estimator(other, "e.json");
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().message, none);
  }
  EXPECT_FALSE(load_estimator(folder_ / "absent").ok());
}

TEST_F(EstimatorFiles, HoldTheHashOfTheirData) {
  std::ofstream(folder_ / "data") << "abc";
  EXPECT_EQ(*sha256_of_file(folder_ / "data"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(sha256_of_file(folder_ / "absent").ok());
}

}  // namespace
}  // namespace joulecast::pre

#include "joulecast/carbon/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "carbon/http_get.h"
#include "carbon/live_answers.h"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LiveAnswers, ElectricityMaps) {
  const auto now = parse_electricitymaps(
      R"({"zone":"ES","carbonIntensity":146,"datetime":"2026-11-23T17:00:00.000Z",
          "isEstimated":true})");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->g_per_kwh, 146.0);
  EXPECT_EQ(now->place, "zone ES");
  EXPECT_EQ(now->year, 2026);
  EXPECT_EQ(now->source, "Electricity Maps, estimated, 2026-11-23T17:00:00.000Z");
}

TEST(LiveAnswers, GreatBritain) {
  const auto now = parse_carbonintensity(
      R"({"data":[{"from":"2026-01-20T12:00Z","to":"2026-01-20T12:30Z",
          "intensity":{"forecast":266,"actual":null,"index":"moderate"}}]})");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->g_per_kwh, 266.0);
  EXPECT_EQ(now->source, "carbonintensity.org.uk, forecast, 2026-01-20T12:00Z");
}

TEST(LiveAnswers, GarbageIsAnError) {
  for (const char* body :
       {"", "<html>", "[]", "null", "{}", R"({"carbonIntensity":null})",
        R"({"carbonIntensity":NaN})", R"({"carbonIntensity":"146"})", R"({"carbonIntensity":-1})",
        R"({"carbonIntensity":1e99})", R"({"data":[]})", R"({"data":[{"intensity":7}]})",
        R"({"data":{"0":1}})", "\xff\xfe"}) {
    EXPECT_FALSE(parse_electricitymaps(body)) << body;
    EXPECT_FALSE(parse_carbonintensity(body)) << body;
  }
}

RC_GTEST_PROP(LiveAnswers, AnyBytesAreSurvived, (const std::string& body)) {
  (void)parse_electricitymaps(body);
  (void)parse_carbonintensity(body);
}

TEST(Live, RefusesBeforeItAsks) {
  LiveOptions options;
  options.base_url = "http://127.0.0.1:1";
  EXPECT_THAT(fetch_intensity("nobody", options).error().message,
              HasSubstr("choose one of electricitymaps, carbonintensity"));
  EXPECT_THAT(fetch_intensity("electricitymaps", options).error().message, HasSubstr("zone"));
  options.zone = "ES&x=1";
  EXPECT_THAT(fetch_intensity("electricitymaps", options).error().message, HasSubstr("zone"));
  options.zone = "ES";
  EXPECT_THAT(fetch_intensity("electricitymaps", options).error().message, HasSubstr("token"));
  options.token = "secret\r\nHost: x";
  EXPECT_THAT(fetch_intensity("electricitymaps", options).error().message,
              Not(HasSubstr("secret")));
  EXPECT_FALSE(fetch_intensity("carbonintensity", options));
  options.base_url = "file:///etc/passwd";
  EXPECT_THAT(fetch_intensity("carbonintensity", options).error().message, HasSubstr("http://"));
}

TEST(HttpGet, WithoutLibcurlSaysSo) {
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";
  request.libraries = {"libjoulecast-absent.so.4"};
  EXPECT_THAT(http_get(request).error().message, HasSubstr("libcurl is not on this system"));
}

TEST(HttpGet, RefusedConnectionIsAnError) {
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";
  EXPECT_FALSE(http_get(request));
}

}  // namespace
}  // namespace joulecast::carbon

#include "store/liveness.h"

#include <gtest/gtest.h>

namespace joulecast::store {
namespace {

TEST(Liveness, OfThisProcessAndOfOneThatHadItsNumber) {
  Writer writer = this_process();
  EXPECT_EQ(liveness_of(writer), Liveness::kAlive);
  ++writer.start_ticks;
  EXPECT_EQ(liveness_of(writer), Liveness::kGone);
  writer.pid_namespace = "pid:[1]";
  EXPECT_EQ(liveness_of(writer), Liveness::kElsewhere);
}

TEST(Liveness, AWriterIsGoneOnceItsMachineHasBooted) {
  Writer writer = this_process();
  writer.machine = "a machine";
  Writer here = writer;
  EXPECT_EQ(liveness_of(writer, here), Liveness::kAlive);
  here.boot_id = "another boot";
  EXPECT_EQ(liveness_of(writer, here), Liveness::kGone);
  here.machine = "another machine";
  EXPECT_EQ(liveness_of(writer, here), Liveness::kElsewhere);
  // As in containers and in records of before: nobody knows.
  writer.machine = here.machine = "";
  EXPECT_EQ(liveness_of(writer, here), Liveness::kElsewhere);
}

}  // namespace
}  // namespace joulecast::store

#include "measure/gpu_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace joulecast::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Variables = std::map<std::string, std::string>;

std::vector<VisibleGpu> four_gpus() {
  return {
      {.id = "gpu0", .name = "A", .uuid = "GPU-8932f937-d72c", .slices = {}},
      {.id = "gpu1", .name = "A", .uuid = "GPU-8932aaaa-d72c", .slices = {}},
      {.id = "gpu2", .name = "B", .uuid = "GPU-11110000-d72c", .slices = {"MIG-77aa", "MIG-77ab"}},
      {.id = "gpu3", .name = "B", .uuid = "GPU-22220000-d72c", .slices = {"MIG-88aa"}}};
}

Result<GpuSelection> select_from(const std::vector<VisibleGpu>& gpus, const Variables& variables,
                                 const std::optional<std::string>& option = std::nullopt) {
  return select_gpus(option, kNvidiaVariables, gpus,
                     [&](const char* name) -> std::optional<std::string> {
                       const auto found = variables.find(name);
                       if (found == variables.end()) return std::nullopt;
                       return found->second;
                     });
}

std::vector<std::size_t> chosen(const Variables& variables,
                                const std::optional<std::string>& option = std::nullopt) {
  const auto selection = select_from(four_gpus(), variables, option);
  EXPECT_TRUE(selection.ok());
  std::vector<std::size_t> gpus;
  for (const auto& one : selection->gpus) gpus.push_back(one.gpu);
  return gpus;
}

std::vector<std::size_t> by_cuda(const std::string& value) {
  return chosen({{"CUDA_VISIBLE_DEVICES", value}});
}

TEST(GpuSelection, NobodyChoseMeansAll) {
  EXPECT_THAT(chosen({}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(select_from(four_gpus(), {})->reason, IsEmpty());
}

TEST(GpuSelection, CudaCountsVisibleGpus) {
  EXPECT_THAT(by_cuda("2,0"), ElementsAre(0, 2));
  EXPECT_THAT(by_cuda(" 1 , 3 "), ElementsAre(1, 3));
  EXPECT_THAT(by_cuda("1,1"), ElementsAre(1));
}

TEST(GpuSelection, CudaEndsItsListAtWhatNamesNothing) {
  EXPECT_THAT(by_cuda("0,9,1"), ElementsAre(0));
  EXPECT_THAT(by_cuda("1,-1,2"), ElementsAre(1));
  EXPECT_THAT(by_cuda("-1"), IsEmpty());
  EXPECT_THAT(by_cuda(""), IsEmpty());
  EXPECT_THAT(by_cuda("NoDevFiles"), IsEmpty());
  EXPECT_THAT(by_cuda("99999999999999999999"), IsEmpty());
}

TEST(GpuSelection, CudaTakesTheBeginningOfAUuid) {
  EXPECT_THAT(by_cuda("GPU-8932f937"), ElementsAre(0));
  EXPECT_THAT(by_cuda("gpu-2222,GPU-1111"), ElementsAre(2, 3));
  EXPECT_THAT(by_cuda("GPU-8932"), IsEmpty()) << "fits two";
  EXPECT_THAT(by_cuda("GPU-"), IsEmpty());
}

TEST(GpuSelection, MigSlicesStandForTheirGpu) {
  const auto selection =
      select_from(four_gpus(), {{"CUDA_VISIBLE_DEVICES", "MIG-77ab,MIG-GPU-22220000-d72c/1/0"}});
  ASSERT_EQ(selection->gpus.size(), 2U);
  EXPECT_EQ(selection->gpus[0].gpu, 2U);
  EXPECT_TRUE(selection->gpus[0].by_slice);
  EXPECT_EQ(selection->gpus[1].gpu, 3U);
  EXPECT_TRUE(selection->gpus[1].by_slice);
  EXPECT_THAT(by_cuda("MIG-unknown"), IsEmpty());
  EXPECT_THAT(by_cuda("MIG-"), IsEmpty());
}

TEST(GpuSelection, ContainersNumberTheMachinesGpus) {
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "all"}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "void"}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", ""}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "none"}}), IsEmpty());
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "1,GPU-2222"}}), ElementsAre(1, 3));
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "2:0"}}), ElementsAre(2));
}

TEST(GpuSelection, NumbersOfOthersAreNotTakenForOurs) {
  // The container was given GPUs 4 to 7 of eight and sees them as 0 to 3.
  EXPECT_THAT(chosen({{"NVIDIA_VISIBLE_DEVICES", "4,5,6,7"}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({{"SLURM_JOB_GPUS", "4-7"}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({{"SLURM_JOB_GPUS", "0-1"}}), ElementsAre(0, 1));
}

TEST(GpuSelection, TheNearerSayingWins) {
  const Variables all = {{"CUDA_VISIBLE_DEVICES", "3"},
                         {"NVIDIA_VISIBLE_DEVICES", "2"},
                         {"SLURM_STEP_GPUS", "1"},
                         {"SLURM_JOB_GPUS", "0,1"}};
  EXPECT_THAT(chosen(all, "0,2"), ElementsAre(0, 2));
  EXPECT_THAT(chosen(all), ElementsAre(3));
  EXPECT_THAT(select_from(four_gpus(), all)->reason, "CUDA_VISIBLE_DEVICES=3");
  EXPECT_THAT(chosen({{"SLURM_STEP_GPUS", "1"}, {"SLURM_JOB_GPUS", "0,1"}}), ElementsAre(1));
}

TEST(GpuSelection, AskingForWhatIsNotThereIsAnError) {
  for (const char* bad : {"4", "0,7", "GPU-99", "MIG-99", "x", "", "3-1"}) {
    EXPECT_FALSE(select_from(four_gpus(), {}, bad).ok()) << bad;
  }
  EXPECT_THAT(select_from(four_gpus(), {}, "4").error().message,
              HasSubstr("'4' names no GPU here (gpu0 A GPU-8932f937-d72c; gpu1 A"));
  EXPECT_THAT(chosen({}, "all"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen({}, "none"), IsEmpty());
  EXPECT_THAT(chosen({}, "gpu1,2"), ElementsAre(1, 2));
}

}  // namespace
}  // namespace joulecast::measure

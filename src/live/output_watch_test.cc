#include "joulecast/live/output_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace joulecast::live {
namespace {

using testing::ElementsAre;

// Feeds pieces of output, one read a piece, two seconds apart; what was made of them.
class Watched {
 public:
  explicit Watched(const std::string& pattern) {
    auto made = OutputWatch::create(pattern);
    EXPECT_TRUE(made.ok()) << (made ? "" : made.error().message);
    watch_ = std::move(*made);
  }
  Watched& feed(std::string_view bytes, int stream = 0) {
    watch_->feed(bytes, time_s_, take(), stream);
    time_s_ += 2.0;
    return *this;
  }
  std::vector<std::string> finish() {
    watch_->finish(take());
    return marks_;
  }
  std::vector<std::string> ends() {
    std::vector<std::string> ends;
    for (const std::string& mark : finish()) {
      if (mark.starts_with("epoch_end")) ends.push_back(mark);
    }
    return ends;
  }
  std::vector<std::string> so_far() const { return marks_; }
  const OutputWatch& watch() const { return *watch_; }

 private:
  std::function<void(const Mark&)> take() {
    return [this](const Mark& mark) { marks_.push_back(mark_line(mark)); };
  }
  std::unique_ptr<OutputWatch> watch_;
  std::vector<std::string> marks_;
  double time_s_ = 0.0;
};

TEST(OutputWatch, Keras2WithAProgressBar) {
  const std::string back(40, '\b');
  Watched keras("auto");
  keras.feed("Epoch 1/2\n\r  1/469 [....................] - ETA: 1:02 - loss: 2.3 - accuracy: 0.1");
  keras.feed(back + "\r200/469 [===>................] - ETA: 1s - loss: 1.0 - accuracy: 0.6");
  keras.feed(back + "\r469/469 [====================] - 2s 3ms/step - loss: 0.5 - accuracy: 0.8");
  keras.feed(back +
             "\r469/469 [====================] - 2s 4ms/step - loss: 0.5 - accuracy: 0.8 "
             "- val_loss: 0.25 - val_accuracy: 0.9\n");
  EXPECT_EQ(keras.watch().in_use(), "keras");
  keras.feed("Epoch 2/2\n");
  keras.feed(
      "\r469/469 [====================] - 2s 4ms/step - loss: 0.4 - accuracy: 0.85 - "
      "val_loss: 0.2 - val_accuracy: 0.91\n");
  EXPECT_THAT(keras.finish(),
              ElementsAre("epoch_begin 1 t=0", "plan epochs=2 t=0", "step 1 loss=2.3 t=0",
                          "step 200 loss=1 t=2", "step 469 loss=0.5 t=4",
                          "epoch_end 1 loss=0.5 val_loss=0.25 val_accuracy=0.9 steps=469 t=6",
                          "epoch_begin 2 t=8", "step 938 loss=0.4 t=10",
                          "epoch_end 2 loss=0.4 val_loss=0.2 val_accuracy=0.91 steps=469 t=10"));
  EXPECT_EQ(keras.watch().unedged(), 0U);
}

TEST(OutputWatch, Keras3InColourAndVerbose2) {
  Watched colour("keras");
  colour.feed(
      "Epoch 1/3\n\x1b[1m  1/469\x1b[0m \x1b[37m━━━━━━━━\x1b[0m \x1b[1m1:14\x1b[0m 160ms/step");
  colour.feed(
      std::string(50, '\b') +
      "\x1b[1m469/469\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m "
      "\x1b[1m2s\x1b[0m 3ms/step - accuracy: 0.9700 - loss: 0.1000 - val_accuracy: 0.9650 - "
      "val_loss: 1.2e-01\n");
  EXPECT_THAT(colour.ends(),
              ElementsAre("epoch_end 1 loss=0.1 val_loss=0.12 val_accuracy=0.965 steps=469 t=2"));
  Watched plain("keras");
  plain.feed("Epoch 1/3\n469/469 - 2s - 4ms/step - accuracy: 0.9 - loss: 0.3\n");
  plain.feed("Epoch 2/3\n469/469 - 2s - 4ms/step - accuracy: 0.9 - loss: nan\n");
  EXPECT_THAT(plain.ends(), ElementsAre("epoch_end 1 loss=0.3 val_accuracy=0.9 steps=469 t=0",
                                        "epoch_end 2 val_accuracy=0.9 steps=469 t=2"));
}

TEST(OutputWatch, HeadersAlone) {
  Watched watch("auto");
  watch.feed("Epoch 1/3\n").feed("loss 0.5\n").feed("Epoch 2/3\n").feed("Epoch 3/3\n");
  EXPECT_THAT(watch.ends(), ElementsAre("epoch_end 1 t=4", "epoch_end 2 t=6"));
}

TEST(OutputWatch, Lightning) {
  Watched watch("auto");
  watch.feed("\rSanity Checking DataLoader 0: 100%|██████████| 2/2 [00:00<00:00, 30.0it/s]", 1);
  watch.feed("\r                                                   \r", 1);
  watch.feed("\rEpoch 0:   0%|          | 0/938 [00:00<?, ?it/s] ");
  watch.feed(
      "\rEpoch 0:  50%|█████     | 469/938 [00:05<00:05, 91.2it/s, v_num=0, train_loss=0.5]");
  watch.feed(
      "\rEpoch 0: 100%|██████████| 938/938 [00:10<00:00, 91.2it/s, v_num=0, train_loss=0.25]");
  watch.feed("\n\rValidation: |          | 0/? [00:00<?, ?it/s]\x1b[A");
  watch.feed(
      "\rEpoch 0: 100%|██████████| 938/938 [00:12<00:00, 80.1it/s, v_num=0, "
      "train_loss=0.25, val_loss=0.125, val_acc=0.9]");
  EXPECT_THAT(watch.so_far().back(), testing::StartsWith("step"));
  watch.feed("\rEpoch 1:   0%|          | 0/938 [00:00<?, ?it/s, v_num=0, train_loss=0.25]");
  watch.feed(
      "\rEpoch 1: 100%|██████████| 938/938 [00:12<00:00, 80.1it/s, v_num=0, train_loss=0.2]");
  watch.feed("\n`Trainer.fit` stopped: `max_epochs=2` reached.\n", 1);
  EXPECT_THAT(watch.ends(),
              ElementsAre("epoch_end 0 loss=0.25 val_loss=0.125 val_accuracy=0.9 steps=938 t=12",
                          "epoch_end 1 loss=0.2 steps=938 t=16"));
  EXPECT_EQ(watch.watch().in_use(), "lightning");
}

TEST(OutputWatch, LightningInRichColours) {
  Watched watch("lightning");
  watch.feed(
      "\x1b[37mEpoch 0/1 \x1b[0m \x1b[38;2;98;6;224m━━━━━━━━━━\x1b[0m \x1b[37m938/938\x1b[0m "
      "\x1b[38;5;245m0:00:10 • 0:00:00\x1b[0m 91.2it/s v_num: 0 train_loss: 0.123\n");
  EXPECT_THAT(watch.ends(), ElementsAre("epoch_end 0 loss=0.123 steps=938 t=0"));
}

TEST(OutputWatch, HuggingFace) {
  Watched watch("auto");
  watch.feed("\r  0%|          | 0/500 [00:00<?, ?it/s]", 1);
  watch.feed("\r 10%|█         | 50/500 [00:10<01:30,  5.00it/s]", 1);
  watch.feed("\r 25%|██▌       | 125/500 [00:25<01:15,  5.00it/s]", 1);
  watch.feed("{'loss': 0.9, 'grad_norm': 1.25, 'learning_rate': 4e-05, 'epoch': 0.5}\n");
  watch.feed("\r 50%|█████     | 250/500 [00:50<00:50,  5.00it/s]", 1);
  watch.feed("{'loss': 0.4, 'grad_norm': 1.25, 'learning_rate': 2.5e-05, 'epoch': 1.0}\n");
  watch.feed("\r  0%|          | 0/157 [00:00<?, ?it/s]\x1b[A", 1);
  watch.feed("{'eval_loss': 0.3, 'eval_accuracy': 0.875, 'eval_runtime': 1.2, 'epoch': 1.0}\n");
  watch.feed("\r 50%|█████     | 250/500 [00:53<00:50,  5.00it/s]", 1);
  watch.feed("\r 51%|█████     | 255/500 [00:54<00:50,  5.00it/s]\r", 1);
  EXPECT_EQ(watch.so_far().size(), 6U);
  watch.feed("{'eval_loss': '0.25', 'eval_accuracy': '0.9', 'epoch': '2.0'}\n");
  watch.feed("{'train_runtime': 100.0, 'train_samples_per_second': 5.0, 'epoch': 2.0}\n");
  EXPECT_THAT(watch.finish(),
              ElementsAre("step 50 t=2", "step 125 t=4", "plan steps=500 t=0", "step 250 t=8",
                          "epoch_end 1 loss=0.4 val_loss=0.3 val_accuracy=0.875 t=14",
                          "step 255 t=18", "epoch_end 2 val_loss=0.25 val_accuracy=0.9 t=20"));
  EXPECT_EQ(watch.watch().in_use(), "huggingface");
}

TEST(OutputWatch, Ultralytics) {
  Watched watch("auto");
  watch.feed("\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n");
  watch.feed(
      "\r      1/2      2.36G      1.183      1.659      1.195         19        640:   0%|      "
      "    | 0/8 [00:00<?, ?it/s]");
  watch.feed(
      "\r      1/2      2.36G      1.183      1.659      1.195         19        640: "
      "100%|██████████| 8/8 [00:01<00:00,  4.2it/s]\n");
  watch.feed(
      "\r                 Class     Images  Instances      Box(P          R      mAP50  "
      "mAP50-95): 100%|██████████| 4/4 [00:00<00:00,  8.0it/s]\n");
  watch.feed(
      "                   all        128        929      0.642      0.534      0.605      0.446\n");
  watch.feed(
      "\r      2/2      2.36G      1.183      1.659      1.195         19        640: "
      "100% ━━━━━━━━━━━━ 8/8 4.5it/s 1.8s\n");
  watch.feed(
      "                   all        128        929      0.642      0.534      0.605      0.446\n");
  watch.feed("\n2 epochs completed in 0.002 hours.\n");
  watch.feed(
      "                   all        128        929      0.642      0.534      0.605      0.446\n");
  EXPECT_THAT(watch.finish(),
              ElementsAre("epoch_begin 1 t=2", "plan epochs=2 t=2", "step 8 t=4",
                          "epoch_end 1 steps=8 t=8", "step 16 t=10", "epoch_end 2 steps=8 t=12"));
  EXPECT_EQ(watch.watch().in_use(), "ultralytics");
}

TEST(OutputWatch, FastAi) {
  Watched watch("auto");
  watch.feed("epoch     train_loss  valid_loss  accuracy  time    \n");
  watch.feed("\rEpoch 1/2 : |███-----| 45.00% [45/100 00:05<00:06 0.5432]");
  watch.feed("\r0         0.573412    0.431234    0.861234  00:12     \n");
  EXPECT_EQ(watch.so_far().size(), 1U) << "its line is whole: nothing is waited for";
  watch.feed("1         nan         #na#        0.880000  00:12     \n");
  EXPECT_THAT(watch.finish(),
              ElementsAre("epoch_end 0 loss=0.573412 val_loss=0.431234 val_accuracy=0.861234 t=4",
                          "epoch_end 1 val_accuracy=0.88 t=6"));
}

TEST(OutputWatch, TqdmInItsThreeWays) {
  Watched numbered("tqdm");
  numbered.feed("Epoch 1/2: 100%|███| 10/10 [00:05<00:00, 2.0it/s, loss=0.5]\r");
  numbered.feed("Epoch 2/2:  50%|███| 5/10 [00:05<00:00, 2.0it/s, loss=0.4]\r");
  EXPECT_THAT(numbered.finish(),
              ElementsAre("plan epochs=2 t=0", "step 10 loss=0.5 t=0",
                          "epoch_end 1 loss=0.5 steps=10 t=0", "step 15 loss=0.4 t=2"));
  Watched counted("tqdm");
  counted.feed("Epochs:   0%|   | 0/3 [00:00<?, ?it/s]\r");
  counted.feed("Epochs:  33%|█  | 1/3 [00:05<00:10, 5.0s/it]\r");
  counted.feed("Epochs:  67%|██ | 2/3 [00:10<00:05, 5.0s/it]\r");
  EXPECT_THAT(counted.finish(),
              ElementsAre("plan epochs=3 t=0", "epoch_end 1 t=2", "epoch_end 2 t=4"));
  Watched nameless("auto");
  nameless.feed("Downloading: 100%|███| 5/5 [00:01<00:00, 5it/s]\n");
  nameless.feed("  0%|   | 0/10 [00:00<?, ?it/s]\r 50%|█  | 5/10 [00:01<00:01, 5it/s]\r");
  nameless.feed("100%|███| 10/10 [00:02<00:00, 5it/s]\r100%|███| 10/10 [00:02<00:00, 5it/s]\n");
  nameless.feed("100%|███| 3/3 [00:02<00:00, 5it/s]\n");
  nameless.feed("  0%|   | 0/10 [00:00<?, ?it/s]\r");
  EXPECT_EQ(nameless.watch().in_use(), "tqdm");
  EXPECT_THAT(nameless.ends(), ElementsAre("epoch_end 1 steps=10 t=4"));
}

TEST(OutputWatch, AUsersPattern) {
  Watched watch(R"(epoch (?P<epoch>\d+) of (?P<epochs_total>\d+) done, loss (?P<loss>\S+))");
  watch.feed("epoch 1 of 9 do").feed("ne, loss 0.5\n");
  EXPECT_THAT(watch.so_far(), ElementsAre("plan epochs=9 t=2", "epoch_end 1 loss=0.5 t=2"));
  Watched counted("^saved$");
  counted.feed("saved\n").feed("not saved\nsaved\n");
  EXPECT_THAT(counted.finish(), ElementsAre("epoch_end 1 t=0", "epoch_end 2 t=2"));
  Watched unnamed(R"(^e(\d+))");
  unnamed.feed("e5\n").feed("e6\n");
  EXPECT_THAT(unnamed.finish(), ElementsAre("epoch_end 5 t=0", "epoch_end 6 t=2"));
  Watched steps(R"(iter (?P<step>\d+): loss (?P<loss>[\d.]+), (?P<tokens>\d+) tokens)");
  steps.feed("iter 10: loss 3.5, 1000 tokens\n").feed("iter 20: loss 3.25, 2000 tokens\n");
  EXPECT_THAT(steps.finish(),
              ElementsAre("step 10 loss=3.5 tokens=1000 t=0", "step 20 loss=3.25 tokens=2000 t=2"));
}

TEST(OutputWatch, ALineThatRepeatsAnEpochMovesItsEnd) {
  Watched watch(R"(^Epoch (\d+))");
  watch.feed("Epoch 1: 10%\r")
      .feed("Epoch 1: 100%\r")
      .feed("Epoch 2: 10%\r")
      .feed("Epoch 2: 90%\r");
  EXPECT_THAT(watch.finish(), ElementsAre("epoch_end 1 t=0", "epoch_end 1 t=2", "epoch_end 2 t=4",
                                          "epoch_end 2 t=6"));
}

TEST(OutputWatch, CountsEndsWithoutEdges) {
  Watched watch(R"(^e(\d+))");
  watch.feed("e1\n").feed("e2\ne3\ne4\n").feed("e5\n").feed("e6\ne7\n");
  EXPECT_EQ(watch.ends().size(), 7U);
  EXPECT_EQ(watch.watch().unedged(), 5U);
}

TEST(OutputWatch, LongLinesAreCutAndStreamsKeptApart) {
  Watched watch(R"(^e(\d+).*x(\d*)$)");
  watch.feed("e1" + std::string(1'000'000, 'x') + "9").feed("9\n");
  watch.feed("e2 ", 0).feed("e3 x\n", 1).feed("x\n", 0);
  EXPECT_EQ(watch.ends().size(), 3U);
}

TEST(OutputWatch, SaysWhatIsWrongWithAPattern) {
  const auto why = [](const char* pattern) {
    const auto made = OutputWatch::create(pattern);
    return made ? std::string() : made.error().message;
  };
  EXPECT_THAT(why(""), testing::HasSubstr("empty"));
  EXPECT_THAT(why("(a"), testing::HasSubstr("missing )"));
  EXPECT_THAT(why("(?P<epoc>a)"), testing::HasSubstr("'epoc' (did you mean 'epoch'?)"));
  EXPECT_THAT(why("((a{100}){100}){100}"), testing::HasSubstr("cannot be used"));
}

TEST(OutputWatch, ListsItsPatterns) {
  for (const BuiltInPattern& pattern : built_in_patterns()) {
    EXPECT_TRUE(OutputWatch::create(pattern.name).ok()) << pattern.name;
  }
}

class FileFollowerTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  void write(std::string_view text, std::ios::openmode mode) const {
    std::ofstream(path_, mode | std::ios::binary) << text;
  }
  static std::string poll(FileFollower& follower) {
    std::string text;
    follower.poll([&](std::string_view bytes) { text += bytes; });
    return text;
  }
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("joulecast-follow-" + std::to_string(::getpid()));
};

TEST_F(FileFollowerTest, FollowsAFileThatComesLaterIsCutAndReplaced) {
  FileFollower follower(path_);
  EXPECT_EQ(poll(follower), "");
  write("one\n", std::ios::out);
  EXPECT_EQ(poll(follower), "one\n");
  write("two\n", std::ios::app);
  EXPECT_EQ(poll(follower), "two\n");
  EXPECT_EQ(poll(follower), "");
  write("3\n", std::ios::trunc);
  EXPECT_EQ(poll(follower), "3\n");
  std::filesystem::rename(path_, path_.string() + ".1");
  write("four\n", std::ios::out);
  EXPECT_EQ(poll(follower) + poll(follower), "four\n");
  std::filesystem::remove(path_.string() + ".1");
}

TEST_F(FileFollowerTest, PassesOverWhatAnEarlierRunWrote) {
  write("old\n", std::ios::out);
  FileFollower follower(path_);
  write("new\n", std::ios::app);
  EXPECT_EQ(poll(follower), "new\n");
}

}  // namespace
}  // namespace joulecast::live

#include "joulecast/store/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace joulecast::store {
namespace {

using Words = std::vector<std::string>;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Secrets : public testing::TestWithParam<Words> {};

// In each of these the secret is "hunter2SECRET" or has its shape.
TEST_P(Secrets, AreNotInTheStoredCommand) {
  for (const std::string& word : redact_command(GetParam())) {
    EXPECT_THAT(word, Not(HasSubstr("hunter2"))) << word;
    EXPECT_THAT(word, Not(HasSubstr("SECRET"))) << word;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Commands, Secrets,
    testing::Values(
        Words{"train", "--token", "hunter2SECRET"}, Words{"train", "--token=hunter2SECRET"},
        Words{"train", "--api-key", "hunter2SECRET"}, Words{"train", "--apiKey=hunter2 SECRET"},
        Words{"train", "--password", "-hunter2SECRET"},
        Words{"train", "--hub_token", "hunter2SECRET"},
        Words{"train", "--access_key=hunter2&SECRET;SECRET"},
        Words{"train", "--wandb-key", "hunter2"}, Words{"env", "HF_TOKEN=hunter2SECRET", "train"},
        Words{"DB_PASS=hunter2SECRET"}, Words{"aws_secret_access_key=hunter2/SECRET+x=="},
        Words{"train", "--auth", "me:hunter2"},
        Words{"sshpass", "-p", "hunter2SECRET", "ssh", "host"},
        Words{"/usr/bin/sshpass", "-phunter2SECRET", "ssh"}, Words{"mysql", "-phunter2", "db"},
        Words{"curl", "-u", "me:hunter2SECRET", "https://x"},
        Words{"curl", "-H", "Authorization: Bearer hunter2SECRET"},
        Words{"curl", "-H", "authorization: Basic aHVudGVyMlNFQ1JFVA==hunter2"},
        Words{"curl", "-H", "X-Api-Key: hunter2SECRET"},
        Words{"git", "clone", "https://me:hunter2SECRET@github.com/a/b"},
        Words{"git", "clone", "https://hunter2SECRET@github.com/a/b"},
        Words{"--url=https://me:hunter2/SECRET@host/x"},
        Words{"--url=https://me:hunter2@SECRET@host/x"},
        Words{"--proxy", "me:hunter2SECRET@proxy:8080"},
        Words{"--urls=https://a:hunter2@b,https://c:SECRET@d"},
        Words{"https://host/x?a=1&token=hunter2SECRET&b=2"},
        Words{"https://s3/x?X-Amz-Credential=hunter2&X-Amz-Signature=SECRET&x=1"},
        Words{"bash", "-c", "HF_TOKEN=hunter2SECRET python t.py --token SECRET --lr 1"},
        Words{"bash", "-c", "export TOKEN='hunter2 SECRET'; python t.py"},
        Words{"bash", "-c", "curl -H \"Authorization: Bearer hunter2SECRET\""},
        Words{"--config", "{\"api_key\": \"hunter2SECRET\", \"lr\": 1}"},
        Words{"--config={'password': 'hunter2 \\' SECRET'}"}, Words{"hf_hunter2SECRETabcdefgh1234"},
        Words{"x", "ghp_hunter2SECRETabcdefgh1234"}, Words{"github_pat_hunter2SECRET_abcdefgh1234"},
        Words{"--x=sk-proj-hunter2SECRETabcdefgh"}, Words{"glpat-hunter2SECRETabc"},
        Words{"xoxb-hunter2-SECRET"}, Words{"AKIAhunter2SECRET99"},
        Words{"eyJhunter2abc.eyJSECRETabc.SECRET_hunter2"},
        Words{"-----BEGIN RSA PRIVATE KEY-----\nhunter2SECRET\n-----END RSA PRIVATE KEY-----"},
        Words{"-----BEGIN PRIVATE KEY-----\nhunter2SECRET"},
        Words{"--config", R"({"keys":["hunter2", "SECRET"]})"},
        Words{"--config", R"({"keys": [["hunter2]"], {"a": "SECRET"}], "lr": 1})"},
        Words{"--config={'tokens': {'a': 'hunter2', 'b': 'SECRET'}"},
        Words{"curl", "-ume:hunter2SECRET", "https://x"}, Words{"curl", "--user=me:hunter2SECRET"},
        Words{"sh", "-c", "mysql -uroot -phunter2SECRET db && echo done"},
        Words{"sh", "-c", "cd /x; sshpass -p 'hunter2 SECRET' ssh host"},
        Words{"bash", "-lc", "(mysql '-phunter2SECRET')|cat"},
        Words{"sh", "-c", "sh -c \"curl -u me:hunter2SECRET x\""},
        Words{"ssh", "host", "redis-cli -a hunter2SECRET ping"}));

TEST(Redact, LeavesWhatIsNoSecret) {
  const std::vector<Words> commands = {
      {"python", "train.py", "--epochs", "50", "--lr=1e-3", "--tokens", "2000000000"},
      {"python", "-m", "torch.distributed.run", "--max_tokens=512", "--keypoints", "17"},
      {"python", "pose.py", "--tokenizer=bert-base", "--authors", "me", "-p", "8080"},
      {"docker", "run", "-p", "8080:80", "-u", "1000", "image"},
      {"git", "clone", "git@github.com:org/repository.git", "https://github.com/a/b.git"},
      {"curl", "http://host:8080/path?step=3", "s3://bucket/key/model.pt", "me@example.org"},
      {"sh", "-c", "cd /x && python 'my train.py' -p 8080 --lr=1e-3 | tee \"a b\"  ; echo don't"},
      {"sh", "-c", "a 'b \"c 'd \"e 'f \\", "train", "--config", R"({"layers": [1, 2], "lr": 1})"},
      {"sk-learn-is-a-name", "monitor", "--turnkeys", "3"},
  };
  for (const Words& command : commands) EXPECT_EQ(redact_command(command), command);
}

TEST(Redact, KeepsTheWordsAround) {
  EXPECT_THAT(redact_command({"train", "--token", "abc", "--lr", "1"}),
              ElementsAre("train", "--token", "***", "--lr", "1"));
  EXPECT_THAT(redact_command({"train", "--use-auth-token", "--lr", "1"}),
              ElementsAre("train", "--use-auth-token", "--lr", "1"));
  EXPECT_EQ(redact_text("https://me:pw@host/a?token=x&b=2"), "https://***@host/a?token=***&b=2");
  EXPECT_EQ(redact_text(R"({"keys": ["a", "b"], "lr": 1})"), R"({"keys": ***, "lr": 1})");
  EXPECT_THAT(redact_command({"sh", "-c", "mysql -uroot -pabc db | wc -l"}),
              ElementsAre("sh", "-c", "mysql -uroot -p*** db | wc -l"));
  EXPECT_EQ(redact_text("KeyError: 'conv1'"), "KeyError: 'conv1'");
  EXPECT_EQ(redact_text("epoch 3: loss=0.5, 12 kJ"), "epoch 3: loss=0.5, 12 kJ");
}

TEST(Redact, IsDoneOnlyOnce) {
  const std::string once = redact_text("HF_TOKEN=abc https://u:p@h/?key=v Bearer x");
  EXPECT_EQ(redact_text(once), once);
  const std::string json = redact_text(R"({"api_key": "abc", "keys": ["d"]})");
  EXPECT_EQ(json, R"({"api_key": ***, "keys": ***})");
  EXPECT_EQ(redact_text(json), json);
}

TEST(Variables, OnlyThoseOfTheListAreStored) {
  for (const char* name : {"SLURM_JOB_ID", "RANK", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"}) {
    EXPECT_TRUE(may_store_variable(name)) << name;
  }
  for (const char* name :
       {"SLURM_JWT", "SLURM_AUTH_TOKEN", "HF_TOKEN", "HOME", "PATH", "", "WANDB_API_KEY", "USER"}) {
    EXPECT_FALSE(may_store_variable(name)) << name;
  }
}

}  // namespace
}  // namespace joulecast::store

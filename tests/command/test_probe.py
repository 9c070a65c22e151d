"""joulecast probe: a training begun, measured, and what it changes of its estimate."""

import json
import os
import subprocess
import sys

import pytest

import conftest
from conftest import COMMAND
from fake_gpus import TRAINING, fake_gpus
from test_estimate import own, runs  # noqa: F401 (fixtures)

# Marks every step, and an epoch of 50 with a validation after it; ends when it is told to.
STEPS = """
import os, socket, sys, time
link = socket.socket(socket.AF_UNIX)
link.connect(os.environ["JOULECAST_SOCKET"])
def mark(line):
    link.sendall(line.encode() + b"\\n")
    link.recv(1000)
mark("plan epochs=50")
print("training", flush=True)
step = 0
for epoch in range(1, 51):
    for _ in range(50):
        time.sleep(float(sys.argv[1]))
        step += 1
        mark("step %d" % step)
    time.sleep(0.3)
    mark("epoch_end %d" % epoch)
"""
SET_UP = ["resnet50", "--gpu", "auto", "--batch-size", "32", "--image-size", "128", "--train-size", "6400",
          "--val-size", "640", "--epochs", "10"]
RTX_3090 = 'model="NVIDIA GeForce RTX 3090" architecture=ampere limit=350W wave=250W*1s'


def steps(seconds):
    return ["--", sys.executable, "-c", STEPS, seconds]


@pytest.fixture
def probe(joulecast, own):  # noqa: F811
    """probe(...): of the set-up above, on a fake RTX 3090, with the estimator of a small table."""

    def call(*arguments, set_up=SET_UP, gpu=RTX_3090, env=None):
        return joulecast("probe", *set_up, "--estimator", own, "--sources", "nvml", *arguments,
                         env={**fake_gpus(gpu), **(env or {})})

    return call


@pytest.fixture
def estimate(joulecast, own):  # noqa: F811
    def call(*more):
        return joulecast("estimate", *SET_UP, "--estimator", own, "--json", *more,
                         env=fake_gpus(RTX_3090)).json("estimate")

    return call


def test_steps_are_measured_and_correct_the_estimate(probe, estimate, joulecast):
    done = probe("--seconds", 3, "--json", *steps(0.02))
    answer = done.json("probe")  # what the training printed does not stand in it
    assert "training\n" in done.err and "asked to end" in done.err
    measured = answer["measured"]
    assert measured["power_w"] == pytest.approx(250, rel=0.06)
    assert 0.02 <= measured["step_s"] < 0.04, "validations are not counted"
    assert measured["epoch_time_s"] == pytest.approx(200 * measured["step_s"])
    assert measured["steps"] >= 50 and measured["warm_up_blocks"] >= 1
    assert measured["meter"] == "joulecast: gpu" and measured["origins"] == ["counter"]
    assert not measured["validation"]

    before, after = answer["before"]["total"], answer["after"]["total"]
    assert abs(after["power_w"] - 250) < abs(before["power_w"] - 250)
    spread = lambda total: total["energy_high_j"] / total["energy_low_j"]  # noqa: E731
    assert spread(after) < spread(before)

    # From now on every estimate of this store knows it, unless told not to.
    later = estimate()
    assert later["probes"] == [answer["run"]]
    assert later["total"]["energy_j"] == pytest.approx(after["energy_j"], rel=0.02)
    without = estimate("--no-probes")
    assert without["probes"] == []
    assert without["total"]["energy_j"] == pytest.approx(before["energy_j"], rel=0.02)

    # It is a probe in every list, and no outcome.
    (run,) = joulecast("list", "--json").json("list")["runs"]
    assert run["tags"] == ["probe"]
    shown = joulecast("show", "last", "--json").json("show")
    assert shown["start"]["probe"] and shown["start"]["set_up"]["network"] == "resnet50"
    assert joulecast("estimate", "--history", "--json").json("history")["runs"] == []
    assert "no ended run" in joulecast("tradeoff", "--store", "--group", "gpu").error_line()
    fitted = joulecast("fit", "--store", "--estimator", "joulecast", "--no-errors", "-o", "fitted.json",
                       "--json").json("fit")
    assert fitted["rows"] == 1
    assert "store: 1 of the rows is a probe" in fitted["notes"]


def test_a_number_of_steps_is_enough(probe):
    measured = probe("--steps", 60, "--json", *steps(0.03)).json("probe")["measured"]
    assert 20 <= measured["steps"] <= 150


def test_whole_epochs_where_no_step_is_marked(probe):
    done = probe("--seconds", 2, "--json", "--", sys.executable, "-c", TRAINING, 50, 0.5)
    measured = done.json("probe")["measured"]
    assert measured["steps"] == 0 and measured["step_s"] is None
    assert measured["epoch_time_s"] == pytest.approx(0.5, rel=0.2)
    assert measured["validation"], "an epoch holds its validation"


def test_steps_are_found_in_the_output(probe):
    script = "i=0; while true; do sleep 0.1; i=$((i+1)); echo \"step $i\"; done"
    done = probe("--seconds", 2, "--json", "--epoch-pattern", r"step (?P<step>\d+)", "--", "sh", "-c", script)
    measured = done.json("probe")["measured"]
    assert 0.1 <= measured["step_s"] < 0.2


def test_text_shows_before_and_after(probe):
    done = probe("--seconds", 2, *steps(0.02))
    assert done.code == 0, done.err
    for word in ("resnet50 on RTX 3090", "measured", "before", "after", "left out as warm-up", "joulecast estimate"):
        assert word in done.out
    assert "nan" not in done.out.lower()


def test_the_corrected_estimator_can_be_kept(probe, joulecast, tmp_path):
    answer = probe("--seconds", 2, "--json", "--save", "corrected.json", *steps(0.02)).json("probe")
    assert answer["saved"] == "corrected.json"
    later = joulecast("estimate", *SET_UP, "--host", answer["host"], "--estimator", "corrected.json", "--no-probes",
                      "--json", env=fake_gpus(RTX_3090)).json("estimate")
    assert later["total"]["energy_j"] == pytest.approx(answer["after"]["total"]["energy_j"], rel=0.02)


def test_a_limited_gpu_is_estimated_and_probed_at_its_limit(probe, joulecast):
    done = probe("--seconds", 1, "--json", *steps(0.02), gpu=RTX_3090.replace("350W", "200W"))
    assert done.json("probe")["measured"]["power_w"] > 200  # the fake one does not heed it
    run = joulecast("show", "last", "--json").json("show")
    assert run["devices"][0]["power_limit_w"] == 200
    assert run["start"]["set_up"]["power_limit"] == "200"


def test_idle_gpus_are_not_taken_for_the_trainings(probe):
    done = probe("--seconds", 1, *steps(0.02), gpu="gpus=2 " + RTX_3090)
    assert done.code == 2 and "--measure-gpus" in done.err
    done = probe("--seconds", 1, "--measure-gpus", 1, "--json", *steps(0.02), gpu="gpus=2 " + RTX_3090)
    assert done.json("probe")["measured"]["power_w"] == pytest.approx(250, rel=0.1)


@pytest.mark.parametrize("arguments, code, words", [
    (["--", "sleep", "30"], 1, "no step and no epoch"),
    (["--", "sh", "-c", "exit 7"], 1, "exit code 7"),
    (["--", "/none/there"], 127, "/none/there"),
    ([], 2, "which command?"),
    (["--seconds", "0", "--", "true"], 2, "--seconds"),
    (["--steps", "many", "--", "true"], 2, "--steps"),
    (["--batch-size", "16,32", "--", "true"], 2, "--advise"),
    (["--gpu", "RTX 3900", "--", "true"], 1, "RTX 3900"),
    (["--train-size", "10", "--", "true"], 2, "a step takes 32 samples"),
])
def test_what_is_wrong_is_one_line(probe, arguments, code, words):
    set_up = list(SET_UP)
    for option in ("--batch-size", "--gpu", "--train-size"):
        if option in arguments:
            at = set_up.index(option)
            del set_up[at:at + 2]
    more = [] if "--seconds" in arguments or "--steps" in arguments else ["--seconds", "0.2"]
    done = probe(*more, *arguments, set_up=set_up)
    assert done.code == code, done.err
    assert done.out == ""
    assert words in done.err.splitlines()[-1], done.err


@pytest.mark.parametrize("option, value, words", [
    ("--estimator", "/none/there.json", "/none/there.json"),
    ("--sources", "abacus", "abacus"),
    ("--save", "/none/there/e.json", "/none/there"),
])
def test_what_a_probe_needs_is_looked_at_before(joulecast, own, option, value, words):  # noqa: F811
    options = {"--estimator": own, "--sources": "nvml", option: value}
    done = joulecast("probe", *SET_UP, *sum(options.items(), ()), "--", "touch", "begun", env=fake_gpus(RTX_3090))
    assert done.code in (1, 2) and done.out == ""
    assert words in done.err and done.err.count("\n") == 1
    assert joulecast("list", "--json").json("list")["runs"] == []


def test_epochs_of_another_size_teach_nothing(probe):
    training = TRAINING.replace("loss=%g", "steps=77 loss=%g")
    done = probe("--seconds", 1, "--", sys.executable, "-c", training, 50, 0.4)
    assert done.code == 1
    assert "its epochs have 77 steps" in done.err.splitlines()[-1]


def test_advice_names_small_large_and_middle(joulecast, own):  # noqa: F811
    planned = ["resnet50", "--gpu", "RTX 3090", "--batch-size", "16,64,256", "--image-size", "128,224",
               "--train-size", "12000", "--estimator", own]
    answer = joulecast("probe", "--advise", *planned, "--json").json("probe")
    assert answer["planned"] == 6
    assert [one["which"] for one in answer["advice"]] == ["smallest", "largest", "middle"]
    first, largest, middle = answer["advice"]
    assert "--batch-size 16" in first["said"] and "--image-size 128" in first["said"]
    assert first["step_s"] < middle["step_s"] < largest["step_s"]
    text = joulecast("probe", "--advise", *planned).out
    assert "1. smallest" in text and "host" in text


OWN_NETWORK = """
import sys
sys.path.insert(0, sys.argv[2])
import torch
from torch import nn
from joulecast_marks import mark

torch.manual_seed(1)
torch.set_num_threads(1)
network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                        nn.Flatten(), nn.Linear(8, 10))
if sys.argv[1] == "export":
    torch.onnx.export(network, torch.zeros(1, 3, 16, 16), sys.argv[3])
    sys.exit()
epochs, samples, batch, done = int(sys.argv[3]), 1024, 16, 0
images, labels = torch.randn(samples, 3, 16, 16), torch.randint(10, (samples,))
optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
mark("plan", epochs=epochs)
for epoch in range(1, epochs + 1):
    for at in range(0, samples, batch):
        loss = nn.functional.cross_entropy(network(images[at:at + batch]), labels[at:at + batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        done += 1
        mark("step", done)
    mark("epoch_end", epoch, loss=loss.item(), steps=samples // batch)
"""


def test_a_network_of_ones_own_from_estimate_to_outcome(joulecast, own, tmp_path):  # noqa: F811
    """Exported from PyTorch, estimated on this machine's CPU, probed, trained, compared."""
    if subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode:
        pytest.skip("needs python3-torch")
    (tmp_path / "own.py").write_text(OWN_NETWORK)
    examples = str(conftest.REPOSITORY / "examples" / "pytorch")
    subprocess.run(["/usr/bin/python3", "own.py", "export", examples, "own.onnx"], cwd=tmp_path, check=True)
    (tmp_path / "plan.toml").write_text('network = "own.onnx"\ngpu = "cpu"\nbatch_size = 16\n'
                                        "train_size = 1024\nepochs = 100\n")
    training = ["--", "/usr/bin/python3", "own.py", "train", examples]

    before = joulecast("estimate", "--plan", "plan.toml", "--estimator", own, "--json").json("estimate")
    assert before["gpu"].startswith("CPU ") and before["network"]["name"] == "own"
    total = before["total"]
    assert total["energy_low_j"] < total["energy_j"] < total["energy_high_j"]
    assert total["energy_high_j"] > 5 * total["energy_low_j"], "no CPU was ever fitted on: it says so"

    probed = joulecast("probe", "--plan", "plan.toml", "--estimator", own, "--seconds", 3, "--json",
                       *training, 100000).json("probe")
    assert probed["measured"]["steps"] > 0
    spread = lambda figures: figures["energy_high_j"] / figures["energy_low_j"]  # noqa: E731
    assert spread(probed["after"]["total"]) < spread(total)

    done = joulecast("run", "--set-up", "plan.toml", "--estimator", own, *training, 100)
    assert done.code == 0, done.err
    assert "expected of its epochs" in done.err
    (row,) = joulecast("estimate", "--history", "--json").json("history")["runs"]
    assert row["estimate"]["outcome_j"] > 0 and row["energy_j"] > row["estimate"]["outcome_j"]
    assert row["epochs"] == 100
    # Against a total that misses a part (on a busy machine, of so short a run) nothing is judged.
    shown = joulecast("show", "last", "--json").json("show")
    assert bool(row["projections"]) == (shown["total"]["uncovered_s"] <= 0.01 * shown["duration_s"])
    # The machine may be busy with other things now, but not ten times as busy.
    assert abs(row["estimate"]["energy_error"]) < 9
    text = joulecast("estimate", "--history").out
    assert "own.onnx on CPU" in text and "median error" in text
    assert ("at 50 %" in text) == bool(row["projections"])

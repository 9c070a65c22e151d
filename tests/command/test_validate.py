"""joulecast validate: tables of measured trainings in, errors of estimators out."""

import os
import pathlib

import pytest
from conftest import REPOSITORY

SHARED = pathlib.Path(os.environ.get("JOULECAST_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))
GPUS = {"T4": 55.0, "RTX 3070": 180.0, "RTX 3090": 290.0}


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no {name} in {SHARED} (set JOULECAST_SHARED_DATA)")
    return path


def made_table(meter="nvml"):
    """Three GPUs, two networks, three batch sizes, two rows of each."""
    lines = ["gpu,network,gflops,batch_size,image_size,train_size,val_size,host_memory_gb,meter,power_w,epoch_energy_j"]
    for gpu, level in GPUS.items():
        for network, gflops in (("resnet18", 3.6), ("resnet50", 8.2)):
            for batch in (32, 64, 128):
                for repeat in range(2):
                    power = level * (0.8 + batch / 800) + gflops + repeat
                    seconds = 9000 * gflops / level
                    lines.append(f"{gpu},{network},{gflops},{batch},224,50000,10000,32,{meter},{power},{power * seconds}")
    return "\n".join(lines) + "\n"


def test_json_of_one_validation(joulecast, write):
    document = joulecast("validate", "--data", write("runs.csv", made_table()), "--groups", "gpu", "--estimator", "linear", "--json").json("validate")
    assert document["target"] == "power" and document["groups"] == "gpu" and document["estimator"] == "linear"
    assert document["n"] == 36 and document["folds"] == 3
    errors = [group["mape"] for group in document["per_group"]]
    assert errors == sorted(errors, reverse=True)
    assert document["mape"] == pytest.approx(sum(errors) / 3)


def test_several_estimators_and_all_protocols(joulecast, write):
    runs = write("runs.csv", made_table())
    several = joulecast("validate", "--data", runs, "--estimator", "krr,linear", "--json").json("validate")
    assert [each["estimator"] for each in several["validations"]] == ["krr", "linear"]
    table = joulecast("validate", "--data", runs, "--all", "--json").json("validate")
    assert [(each["target"], each["groups"]) for each in table["validations"]] == [
        (target, groups) for target in ("power", "epoch-energy") for groups in ("none", "configuration", "architecture", "gpu")]
    text = joulecast("validate", "--data", runs, "--all").out
    assert "nothing (random folds)" in text and "MAPE" in text


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_tables_keep_to_the_terminal(joulecast, write, width):
    runs = write("runs.csv", made_table())
    for arguments in (["--all"], ["--groups", "configuration"], ["--groups", "gpu", "--probes", 1, "--estimator", "krr,linear"]):
        shown = joulecast("validate", "--data", runs, *arguments, env={"COLUMNS": str(width)}).out
        assert max(map(len, shown.splitlines())) <= max(width, 80), shown
        assert "MAPE" in shown
    assert "R2" not in joulecast("validate", "--data", runs, "--all", env={"COLUMNS": "80"}).out.splitlines()[0]


def test_intervals_are_of_one_form(joulecast, write):
    runs = write("runs.csv", made_table())
    lines = joulecast("validate", "--data", runs, "--all", env={"COLUMNS": "160"}).out.splitlines()[1:9]
    assert {line.split()[-1][:3] for line in lines} == {"\u00d7/\u00f7", "-"}, lines
    units = {line.split()[0]: {word for word in line.split() if word in ("W", "J", "kJ", "MJ")} for line in lines}
    assert units == {"power": {"W"}, "epoch-energy": {"kJ"}}


def test_probes_train_and_test_and_threads(joulecast, write):
    runs = write("runs.csv", made_table())
    call = ["validate", "--data", runs, "--groups", "gpu", "--probes", 2, "--json"]
    one, many = (joulecast(*call, "--threads", n).json("validate") for n in (1, 5))
    assert one == many and one["folds"] == 45 and one["probe_rule"] == "random"
    split = joulecast("validate", "--data", runs, "--train", "gpu=T4", "--train", "gpu=RTX 3070", "--test", "gpu=3090", "--json").json("validate")
    assert split["n"] == 12 and split["folds"] == 1
    assert split["groups"] == "train gpu=T4, gpu=RTX 3070; test gpu=3090"


def test_a_mapping_of_ones_own(joulecast, write):
    runs = write("runs.csv", made_table().replace("power_w", "kilowatts"))
    mapping = write("mine.toml", """
name = "mine"
[fields]
gpu = { column = "gpu" }
network = { column = "network" }
batch_size = { column = "batch_size" }
train_size = { column = "train_size" }
val_size = { column = "val_size" }
image_size = { column = "image_size" }
host_memory = { column = "host_memory_gb" }
gflops = { column = "gflops" }
power = { column = "kilowatts", unit = "kW" }
""")
    document = joulecast("validate", "--data", runs, "--columns", mapping, "--estimator", "linear", "--json").json("validate")
    plain = joulecast("validate", "--data", write("plain.csv", made_table()), "--estimator", "linear", "--json").json("validate")
    assert document["rmse"] == pytest.approx(1000 * plain["rmse"], rel=1e-6)
    assert "delrey2025" in joulecast("validate", "--list-columns").out


def test_bad_input(joulecast, write):
    runs = write("runs.csv", made_table())

    def error(*arguments):
        return joulecast("validate", *arguments).error_line()

    assert "--data" in error()
    assert "did you mean power?" in error("--data", runs, "--target", "powr")
    assert "no column 'gpus'" in error("--data", runs, "--groups", "gpus") and "gpu" in error("--data", runs, "--groups", "gpus")
    assert "nothing can be held out" in error("--data", runs, "--groups", "meter")
    assert "choose random, smallest, spread" in error("--data", runs, "--groups", "gpu", "--probes", 1, "--probe-rule", "best")
    assert "--probes" in error("--data", runs, "--probes", 1)
    assert "--groups" in error("--data", runs, "--train", "gpu=T4", "--groups", "gpu")
    assert "krr" in error("--data", runs, "--estimator", "magic")
    ten = write("ten.csv", "".join(line + "\n" for line in made_table().splitlines()[:11]))
    assert "10 rows" in error("--data", ten)
    other = write("other.csv", made_table("codecarbon"))
    assert "codecarbon, nvml" in error("--data", runs, "--data", other)
    assert joulecast("validate", "--data", runs, "--data", other, "--mixed-meters").code == 0
    negative = write("negative.csv", made_table().replace("nvml,", "nvml,-", 1))
    assert "negative.csv:2:" in error("--data", negative)
    missing = write("missing.csv", "gpu,batch_size,power_w\n" + "T4,32,60\n" * 30)
    assert "missing.csv:1: which network? the table has no column 'network'" in error("--data", missing)
    twice = write("twice.csv", made_table().replace("gflops", "GPU", 1))
    assert "two columns are called 'GPU'" in error("--data", twice)
    misspelt = write("misspelt.csv", made_table().replace("epoch_energy_j", "epoch_enrgy_j"))
    assert "did you mean 'epoch_energy_j'?" in joulecast("validate", "--data", misspelt, env={"COLUMNS": "240"}).out
    unknown = write("unknown.csv", "a,b\n1,2\n")
    assert "--columns" in error("--data", unknown)


def test_rows_of_unknown_networks_and_gpus_are_left_out_and_named(joulecast, write):
    table = made_table().replace("resnet18,3.6,64", "resnet81,,64", 1).replace("T4,resnet50,8.2,128", "T5,resnet50,8.2,128", 1)
    done = joulecast("validate", "--data", write("runs.csv", table), "--json")
    warnings = [line for line in done.err.splitlines() if line]
    assert len(warnings) == 2
    assert "runs.csv:4: there is no network 'resnet81'; did you mean resnet18" in warnings[0]
    assert "runs.csv:12: GPU 'T5'" in warnings[1]
    document = done.json("validate")
    assert document["n"] == 34
    assert "runs.csv: 1 of 36 rows left out: network not known (resnet81)" in document["notes"]
    assert "runs.csv: 1 of 36 rows left out: GPU not known (T5)" in document["notes"]
    assert any("assumed" in note and "FP32" in note for note in document["notes"])
    nothing = write("nothing.csv", "gpu,network,batch_size,power_w\n" + "T4,resnet81,32,60\n" * 30)
    line = joulecast("validate", "--data", nothing).error_line()
    assert "no row to use" in line and "nothing.csv:2: there is no network 'resnet81'; did you mean" in line


# METHODS' table: MAPE of the published kernel ridge regression with its published hyper-parameters.
PUBLISHED = {
    ("power", "none"): (0.0203, 0.01), ("epoch-energy", "none"): (0.0603, 0.01),
    ("power", "configuration"): (0.273, 0.02), ("epoch-energy", "configuration"): (0.427, 0.02),
    ("power", "architecture"): (0.405, 0.02), ("epoch-energy", "architecture"): (2.52, 0.02),
    ("power", "gpu"): (0.632, 0.02), ("epoch-energy", "gpu"): (7.44, 0.02),
}


def test_methods_table_on_the_recordings(joulecast):
    document = joulecast("validate", "--data", shared("delrey2025/runs.csv"), "--all", "--json").json("validate")
    for each in document["validations"]:
        expected, tolerance = PUBLISHED[each["target"], each["groups"]]
        assert each["mape"] == pytest.approx(expected, rel=tolerance), (each["target"], each["groups"])
    folds = {each["groups"]: each["folds"] for each in document["validations"]}
    assert folds == {"none": 5, "configuration": 48, "architecture": 8, "gpu": 3}

"""joulecast estimate: what a training will take, from a file that joulecast fit wrote."""

import math
import subprocess

import pytest

from conftest import COMMAND

HEADER = ("row,gpu_model,architecture,dataset,batch_size,image_size,train_size,val_size,total_ram_gb,"
          "gflops_forward,gpu_cuda_cores,gpu_memory_gb,gpu_max_power_w,avg_gpu_power_w,"
          "avg_epoch_energy_kj,avg_stable_epoch_energy_kj")
GPUS = {"RTX 3070": (5888, 8, 220), "RTX 3090": (10496, 24, 350), "GTX 750 Ti": (640, 2, 60)}
NETWORKS = {"vgg16": 10.03, "resnet50": 2.5, "mobilenet_v2": 0.07, "xception": 3.0}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A table like the paper's, made from a formula, with 3 % of repeatable noise."""
    rows = [HEADER]
    for gpu, (cores, memory, tdp) in GPUS.items():
        for network, gflops in NETWORKS.items():
            for batch in (32, 64):
                for size, samples in ((96, 9000), (128, 12000), (160, 20000)):
                    noise = 1.0 + 0.03 * math.sin(7.0 * len(rows))
                    flops = gflops * (size / 128) ** 2
                    power = tdp * (0.5 + 0.05 * math.log(batch)) * noise
                    energy = samples / 2e4 * (flops * 0.5 + 2) * (1 + 3000 / cores) / math.sqrt(batch) * noise
                    rows.append(f"{len(rows) - 1},{gpu},{network},chesslive,{batch},{size},{samples},"
                                f"{samples // 2},{16 + batch // 2},{flops},{cores},{memory},{tdp},{power},{energy},"
                                f"{energy * 1.02}")
    path = tmp_path_factory.mktemp("estimate") / "runs.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def estimator(runs):
    path = runs.parent / "fitted.json"
    subprocess.run([COMMAND, "fit", "--data", runs, "--estimator", "krr", "-o", path], check=True)
    return path


def estimate(joulecast, estimator, *more):
    said = {"--gpu": "RTX 3090", "--batch-size": "64", "--image-size": "128", "--train-size": "12000",
            "--val-size": "6000", "--host-memory": "48", "--epochs": "100", "--estimator": estimator}
    if len(more) == 2:
        said[more[0]] = more[1]
        more = ()
    return joulecast("estimate", "resnet50", *sum(said.items(), ()), *more)


def test_all_that_a_user_wants_to_know(joulecast, estimator):
    answer = estimate(joulecast, estimator, "--country", "ES", "--price", "0.2 EUR", "--json").json("estimate")
    epoch, total = answer["epoch"], answer["total"]
    assert epoch["energy_low_j"] < epoch["energy_j"] < epoch["energy_high_j"]
    assert total["energy_j"] == pytest.approx(100 * epoch["energy_j"])
    assert total["duration_s"] == pytest.approx(100 * epoch["duration_s"])
    assert total["power_w"] == pytest.approx(epoch["power_w"])
    assert epoch["provenance"]["origins"] == ["modelled"]
    assert answer["footprint"]["g_co2e"] > 0
    assert answer["fitted_on"][0]["rows"] == 72
    assert answer["network"]["forward_macs_per_sample"] > 1e9
    assert any("momentum" in one for one in answer["assumed"])


def test_what_lies_outside_is_named(joulecast, estimator):
    assert estimate(joulecast, estimator, "--json").json("estimate")["outside"] == []
    answer = joulecast("estimate", "resnet50", "--gpu", "RTX 3090", "--batch-size", "80", "--image-size",
                       "128", "--train-size", "12000", "--val-size", "6000", "--host-memory", "48",
                       "--estimator", estimator, "--json").json("estimate")
    (batch_size,) = answer["outside"]
    assert "batch" in batch_size["feature"]
    assert (batch_size["value"], batch_size["low"], batch_size["high"]) == (80, 32, 64)


def test_text_has_units_and_grounds(joulecast, estimator):
    done = estimate(joulecast, estimator)
    assert done.code == 0, done.err
    for word in ("resnet50 on RTX 3090", "an epoch", "in all", "kJ", " W", "CO2e", "assumed",
                 "fitted on 72 rows"):
        assert word in done.out
    assert "nan" not in done.out.lower() and "inf" not in done.out.lower().replace("info", "")


def test_a_plan_file_says_the_same(joulecast, estimator, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('network = "resnet50"\ngpu = "RTX 3090"\nbatch_size = 64\nimage_size = 128\n'
                    "train_size = 12000\nval_size = 6000\nhost_memory = 48\nepochs = 100\n")
    from_file = joulecast("estimate", "--plan", plan, "--estimator", estimator, "--json").json("estimate")
    said = estimate(joulecast, estimator, "--json").json("estimate")
    assert from_file["total"] == said["total"]


@pytest.mark.parametrize("change, words", [
    (("--gpu", "RTX 3900"), ("RTX 3900", "near")),
    (("--optimizer", "adan"), ("adam",)),
    (("--batch-size", "-1"), ("--batch-size",)),
    (("--image-size", "0"), ("--image-size",)),
    (("--train-size", "10"), ("a step takes 64 samples",)),
    (("--estimator", "/none/there.json"), ("/none/there.json",)),
    (("--estimator", "/etc/hostname"), ("/etc/hostname",)),
])
def test_one_clear_line_for_what_is_wrong(joulecast, estimator, change, words):
    line = estimate(joulecast, estimator, *change).error_line()
    for word in words:
        assert word in line


def test_unknown_networks_get_the_nearest_names(joulecast, estimator):
    line = joulecast("estimate", "resnet51", "--gpu", "RTX 3090", "--train-size", "100", "--estimator",
                     estimator).error_line()
    assert "resnet50" in line


SWEEP = ("estimate", "resnet50,vgg16", "--gpu", "RTX 3090,RTX 3070", "--batch-size", "32,64", "--image-size",
         "128", "--train-size", "12000", "--val-size", "6000", "--host-memory", "48")


def test_many_set_ups_in_one_sorted_table(joulecast, estimator):
    answer = joulecast(*SWEEP, "--estimator", estimator, "--json").json("estimates")
    energies = [row["energy_j"] for row in answer["rows"]]
    assert len(energies) == 8 and energies == sorted(energies)
    assert answer["varied"] == ["batch_size", "gpu", "network"]
    best = [row for row in answer["rows"] if row["pareto_best"]]
    for row in answer["rows"]:
        assert any(one["energy_j"] <= row["energy_j"] and one["duration_s"] <= row["duration_s"] for one in best)
    assert answer["rows"][answer["least_energy"]]["energy_j"] == energies[0]
    assert answer["rows"][answer["fastest"]]["duration_s"] == min(row["duration_s"] for row in answer["rows"])


def test_the_table_says_what_to_do(joulecast, estimator):
    done = joulecast(*SWEEP, "--estimator", estimator, "--rows", "3", "--slower", "50%")
    assert done.code == 0, done.err
    for word in ("batch size", "and 5 more", "least energy", "fastest", "within 50 %"):
        assert word in done.out
    assert joulecast(*SWEEP, "--estimator", estimator, "--slower", "soon").error_line().startswith("--slower")


def test_what_an_estimator_does_not_look_at_is_said(joulecast, estimator):
    answer = joulecast(*SWEEP[:1], "resnet50", "--gpu", "RTX 3090", *SWEEP[6:], "--batch-size", "32",
                       "--precision", "fp16", "--estimator", estimator, "--json").json("estimate")
    assert answer["unheeded"] == ["precision"]
    line = joulecast(*SWEEP, "--precision", "fp16,fp32", "--estimator", estimator).error_line()
    assert "does not look at the precision" in line


def test_a_power_limit_that_the_gpu_cannot_take(joulecast, estimator):
    line = estimate(joulecast, estimator, "--power-limit", "9999").error_line()
    assert "RTX 3090 takes" in line


@pytest.fixture(scope="module")
def own(runs):
    """joulecast's own estimator, fitted on the same table."""
    path = runs.parent / "own.json"
    subprocess.run([COMMAND, "fit", "--data", runs, "--estimator", "joulecast", "--no-errors", "-o", path],
                   check=True)
    return path


def test_our_own_estimator_answers_far_from_its_data(joulecast, own):
    answer = joulecast("estimate", "resnet50", "--gpu", "A100 SXM4 40GB", "--batch-size", "128", "--image-size",
                       "224", "--train-size", "1281167", "--epochs", "90", "--estimator", own,
                       "--json").json("estimate")
    total = answer["total"]
    assert total["method"] == "joulecast"
    assert 0 < total["energy_low_j"] < total["energy_j"] < total["energy_high_j"]
    assert 50 < total["power_w"] < 500
    assert any(one["feature"] == "batch size" for one in answer["outside"])


def test_our_own_estimator_knows_power_limits(joulecast, own):
    answer = joulecast("estimate", "resnet50", "--gpu", "RTX 3090", "--batch-size", "64", "--image-size", "128",
                       "--train-size", "12000", "--power-limit", "150..350/50", "--estimator", own,
                       "--json").json("estimates")
    power = {row["power_limit_w"]: row["power_w"] for row in answer["rows"]}
    time = {row["power_limit_w"]: row["duration_s"] for row in answer["rows"]}
    assert power[150] <= 152 and power[150] < power[350]
    assert time[150] > time[350]


def own_estimate(joulecast, own, *more):
    return joulecast("estimate", "resnet50", "--gpu", "RTX 3090", "--batch-size", "64", "--image-size", "128",
                     "--train-size", "12000", "--estimator", own, *more)


def test_early_stopping_gives_quantiles_of_epochs_and_energy(joulecast, own):
    answer = own_estimate(joulecast, own, "--early-stopping", "patience=10,max=100", "--json").json("estimate")
    stopping = answer["stopping"]
    assert (stopping["earliest"], stopping["latest"], stopping["past_runs"]) == (11, 100, 0)
    epochs = {one["share"]: one["epochs"] for one in stopping["epochs"]}
    assert 11 <= epochs[0.05] < epochs[0.5] < epochs[0.95] <= 100
    epoch, total = answer["epoch"], answer["total"]
    assert total["energy_j"] == pytest.approx(epochs[0.5] * epoch["energy_j"], rel=0.2)
    # Not knowing the epochs widens what one epoch is uncertain by.
    assert total["energy_high_j"] / total["energy_low_j"] > epoch["energy_high_j"] / epoch["energy_low_j"]
    text = own_estimate(joulecast, own, "--early-stopping", "patience=10,max=100").out
    assert "median" in text and "can end from 11 to 100" in text


def test_past_runs_say_when_trainings_end(joulecast, own):
    answer = own_estimate(joulecast, own, "--epochs", "100", "--early-stopping", "patience=10", "--past-epochs",
                          "40,42,44,41", "--json").json("estimate")
    epochs = {one["share"]: one["epochs"] for one in answer["stopping"]["epochs"]}
    assert answer["stopping"]["past_runs"] == 4
    assert 30 < epochs[0.05] < 41 <= epochs[0.5] <= 43 < epochs[0.95] < 60


@pytest.mark.parametrize("more, words", [
    (["--early-stopping", "patience=10"], "how many epochs at most?"),
    (["--early-stopping", "patients=10,max=50"], "patience"),
    (["--past-epochs", "40"], "--early-stopping"),
    (["--early-stopping", "patience=10,max=50", "--past-epochs", "40,many"], "--past-epochs"),
    (["--early-stopping", "patience=10,max=50", "--past", "exp1"], "no run of the store"),
    (["--early-stopping", "patience=10,max=50", "--power-limit", "200,300"], "one set-up"),
])
def test_early_stopping_said_wrongly(joulecast, own, more, words):
    assert words in own_estimate(joulecast, own, *more).error_line()


def test_this_machines_cpu_is_answered_widely(joulecast, own):
    answer = joulecast("estimate", "mobilenet_v2", "--gpu", "cpu", "--batch-size", "8", "--train-size", "800",
                       "--estimator", own, "--json").json("estimate")
    assert answer["gpu"].startswith("CPU ") and "GHz" in answer["gpu"]
    assert answer["total"]["energy_high_j"] > 5 * answer["total"]["energy_low_j"]
    assert any(one.startswith("host ") for one in answer["assumed"])
    # The same machine from elsewhere, by its figures.
    again = joulecast("estimate", "mobilenet_v2", "--gpu", answer["gpu"], "--batch-size", "8", "--train-size",
                      "800", "--estimator", own, "--json").json("estimate")
    assert again["total"]["energy_j"] == pytest.approx(answer["total"]["energy_j"], rel=0.5)
    line = joulecast("estimate", "mobilenet_v2", "--gpu", "CPU 4 cores", "--train-size", "800", "--estimator",
                     own).error_line()
    assert "write them like" in line


def test_the_best_power_limit_is_one_sentence(joulecast, own):
    done = own_estimate(joulecast, own, "--power-limit", "150..350/25", "--slower", "5%")
    assert done.code == 0, done.err
    lines = {line[:16].strip(): line for line in done.out.splitlines()}
    assert "power limit" in lines["least energy"] and "more time than the fastest" in lines["least energy"]
    assert "power limit" in lines["within 5 %"]
    answer = own_estimate(joulecast, own, "--power-limit", "150..350/25", "--slower", "5%", "--json")
    answer = answer.json("estimates")
    rows = answer["rows"]
    within, fastest = rows[answer["least_within"]], rows[answer["fastest"]]
    assert within["duration_s"] <= 1.05 * fastest["duration_s"]
    assert within["energy_j"] <= fastest["energy_j"]


def test_precisions_side_by_side_and_what_does_not_fit(joulecast, own):
    answer = own_estimate(joulecast, own, "--precision", "fp32,bf16", "--json").json("estimates")
    assert {row["precision"] for row in answer["rows"]} == {"fp32", "bf16"}
    by = {row["precision"]: row for row in answer["rows"]}
    assert by["bf16"]["duration_s"] < by["fp32"]["duration_s"]
    done = joulecast("estimate", "vgg16", "--gpu", "GTX 750 Ti", "--batch-size", "8,512", "--train-size", "12000",
                     "--estimator", own)
    assert "does not fit" in done.out

"""joulecast tradeoff: tables of trainings in; tests, a Pareto front and savings out."""

import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import COMMAND, REPOSITORY

SHARED = pathlib.Path(os.environ.get("JOULECAST_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))
MAKE_RUN = os.environ.get("JOULECAST_MAKE_RUN", str(pathlib.Path(COMMAND).parent / "tests" / "joulecast_make_run"))
SPREAD = (-3, -1.5, -0.5, 0.0, 0.5, 1.5, 3)
NETWORKS = {"vgg16": (100.0, 0.95), "resnet50": (60.0, 0.94), "mobilenet_v2": (20.0, 0.90)}
GPUS = {"T4": 1.0, "RTX 3090": 1.5}


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no {name} in {SHARED} (set JOULECAST_SHARED_DATA)")
    return path


def made_table(networks=NETWORKS, gpus=GPUS, spread=SPREAD):
    """Seven runs of every network on every GPU; an epoch takes its level in J."""
    lines = ["gpu,architecture,gflops,batch_size,train_size,val_size,epochs,epoch_energy_j,epoch_time_s,f1"]
    for gpu, factor in gpus.items():
        for network, (level, f1) in networks.items():
            for noise in spread:
                energy = level * factor + noise
                lines.append(f"{gpu},{network},{level / 10},32,80,20,10,{energy},{energy / 50},{f1 + noise / 1000}")
    return "\n".join(lines) + "\n"


def test_two_factors(joulecast, write):
    document = joulecast("tradeoff", "--data", write("runs.csv", made_table()), "--group", "architecture,gpu", "--json").json("tradeoff")
    assert document["rows"] == 42 and document["unit"] == "J" and document["correctness"] == "f1"
    medians = {tuple(group["levels"]): group["median"] for group in document["groups"]}
    assert medians["vgg16", "T4"] == 100 and medians["mobilenet_v2", "RTX 3090"] == 30
    assert [one["within"] for one in document["comparisons"]] == ["RTX 3090", "T4", None]
    first = document["comparisons"][0]
    assert first["test"] == "one-way ANOVA" and first["post_hoc"] == "Tukey-Kramer" and first["p_value"] < 1e-20
    assert all(pair["cliffs_delta"] in (1, -1) for pair in first["pairs"])
    interaction = document["interaction"]
    assert interaction["anova"]["interaction"]["p_value"] < 1e-10 and interaction["refused"] is None


def test_savings_keep_to_the_tolerated_loss(joulecast, write):
    runs = write("runs.csv", made_table(gpus={"T4": 1.0}))

    def saving(*more):
        return joulecast("tradeoff", "--data", runs, "--json", *more).json("tradeoff")["savings"]

    assert saving("--max-loss", "0") == []
    (small,) = saving("--max-loss", "2 %")
    assert (small["from"], small["to"]) == (["vgg16"], ["resnet50"])
    assert small["saved"] == pytest.approx(0.4) and small["loss"] == pytest.approx(0.01 / 0.95)
    (large,) = saving("--max-loss", "0.1")
    assert large["sentence"] == "mobilenet_v2 instead of vgg16 takes 80.0 % less energy."
    without = write("without.csv", made_table(gpus={"T4": 1.0}).replace(",f1", ",score"))
    (any_loss,) = joulecast("tradeoff", "--data", without, "--json").json("tradeoff")["savings"]
    assert any_loss["saved"] == pytest.approx(0.8) and any_loss["loss"] is None


def test_front_and_rules(joulecast, write):
    document = joulecast("tradeoff", "--data", write("runs.csv", made_table(gpus={"T4": 1.0})), "--json").json("tradeoff")
    assert [point["levels"] for point in document["front"]] == [["mobilenet_v2"], ["resnet50"], ["vgg16"]]
    assert document["front"][0]["marginal"] is None
    assert document["front"][1]["marginal"] == pytest.approx(40 / 0.04)
    # Energy is FLOPs here; an epoch's time at the T4's 70 W is 1.4 times what it took.
    assert document["energy_follows"]["flops"]["median_ape"] < 0.03
    assert document["energy_follows"]["tdp_time"]["median_ape"] == pytest.approx(0.4)
    text = joulecast("tradeoff", "--data", write("runs.csv", made_table(gpus={"T4": 1.0}))).out
    assert "Energy follows FLOPs" in text and "Energy does not follow TDP" in text and "Pareto front" in text


@pytest.mark.parametrize("response, level, unit", [
    ("energy", 1000, "J"), ("epoch-energy", 100, "J"), ("energy-per-image", 1, "J"), ("time", 2, "s"),
    ("gflops", 10, None)])
def test_responses(joulecast, write, response, level, unit):
    call = ["tradeoff", "--data", write("runs.csv", made_table(gpus={"T4": 1.0})), "--response", response]
    if response == "gflops":  # the same in every run of a network
        assert "equal" in joulecast(*call).error_line()
        return
    document = joulecast(*call, "--json").json("tradeoff")
    assert document["unit"] == unit
    assert {group["levels"][0]: group["median"] for group in document["groups"]}["vgg16"] == pytest.approx(level)


def test_any_table_by_its_columns(joulecast, write):
    rows = "".join(f"{name},{level + noise}\n" for name, level in (("a", 10), ("b", 20)) for noise in SPREAD)
    document = joulecast("tradeoff", "--data", write("plain.csv", "kind,joules\n" + rows), "--group", "kind",
                         "--response", "joules", "--json").json("tradeoff")
    assert document["unit"] is None and document["savings"][0]["saved"] == pytest.approx(0.5)
    assert document["energy_follows"] == {"flops": None, "tdp_time": None}


def test_charts_and_page(joulecast, write, tmp_path):
    named = made_table({"<b>&\"x\"": (100.0, 0.9), "y": (10.0, 0.8)})
    outcome = joulecast("tradeoff", "--data", write("runs.csv", named.replace('<b>&"x"', '"<b>&""x"""')), "--group", "architecture,gpu",
                        "--svg", tmp_path / "charts", "--html", tmp_path / "page.html")
    assert outcome.code == 0, outcome.err
    files = sorted(path.name for path in (tmp_path / "charts").iterdir())
    assert files == ["groups.svg", "interaction.svg", "pareto.svg"]
    for name in files:
        picture = (tmp_path / "charts" / name).read_text()
        ElementTree.fromstring(picture)
        assert "prefers-color-scheme:dark" in picture and "nan" not in picture
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 3 and "<b>" not in page
    assert not re.search(r"(src|href)=|<script|@import", page)


def test_stored_runs(joulecast, tmp_path):
    store = tmp_path / "store"
    for network, seconds in (("vgg16", 40), ("resnet50", 20)):
        for repeat in range(4):
            words = {"title": f"network={network}", "epoch_s": seconds + repeat, "epochs": 3, "start": 1.7e9 + 1000 * seconds + repeat}
            subprocess.run([MAKE_RUN, store, *(f"{k}={v}" for k, v in words.items())], check=True, capture_output=True)
    document = joulecast("tradeoff", "--store", store, "--group", "network", "--response", "time", "--json").json("tradeoff")
    assert {group["levels"][0]: group["n"] for group in document["groups"]} == {"vgg16": 4, "resnet50": 4}
    assert document["savings"][0]["to"] == ["resnet50"]


def test_bad_input(joulecast, write):
    runs = write("runs.csv", made_table())

    def error(*arguments):
        return joulecast("tradeoff", *arguments).error_line()

    assert "--data" in error()
    assert "one group only" in error("--data", runs, "--group", "gpu", "--where", "gpu=T4")
    assert "did you mean architecture?" in error("--data", runs, "--group", "architectur")
    assert "did you mean epoch_energy_j?" in error("--data", runs, "--response", "epoch_energy_")
    assert "there is no column 'f2'" in error("--data", runs, "--correctness", "f2")
    assert "no row has it" in error("--data", runs, "--where", "gpu=A100")
    assert "write 'column=value'" in error("--data", runs, "--where", "gpu")
    assert "one or two" in error("--data", runs, "--group", "gpu,epochs,architecture")
    assert "2%" in error("--data", runs, "--max-loss", "much")
    assert "between 0 and 1" in error("--data", runs, "--alpha", "1")
    assert "equal" in error("--data", runs, "--response", "batch_size")
    assert "all equal" in error("--data", write("same.csv", made_table(gpus={"T4": 1.0}, spread=(0,) * 5)))
    assert "3" in error("--data", write("few.csv", made_table(spread=(0, 1))), "--where", "gpu=T4")
    words = write("words.csv", made_table().replace(",97.0,", ",much,", 1))
    assert "words.csv:2:" in error("--data", words) and "'much' is not a number" in error("--data", words)
    assert "is not a number" in error("--data", runs, "--response", "gpu")
    negative = write("negative.csv", made_table().replace(",97.0,", ",-97.0,", 1))
    assert "negative.csv:2:" in error("--data", negative)
    assert "fields" in error("--data", write("short.csv", made_table() + "T4,vgg16\n"))


def test_unbalanced_groups_are_refused(joulecast, write):
    rows = "".join(f"a,{i % 97 + 1}\n" for i in range(500)) + "".join(f"b,{i}\n" for i in range(3))
    line = joulecast("tradeoff", "--data", write("plain.csv", "kind,joules\n" + rows), "--group", "kind", "--response", "joules").error_line()
    assert "100 times" in line


CHESSLIVE = ("--where", "dataset=chesslive", "--where", "gpu=RTX 3070", "--where", "gpu=RTX 3090")


def test_findings_on_delrey2025(joulecast):
    document = joulecast("tradeoff", "--data", shared("delrey2025/runs.csv"), *CHESSLIVE, "--group", "architecture,gpu", "--json").json("tradeoff")
    sentences = [saving["sentence"] for saving in document["savings"]]
    assert sentences == ["mobilenet_v2 instead of vgg16 on the RTX 3070 takes 80.8 % less energy.",
                         "mobilenet_v2 instead of vgg16 on the RTX 3090 takes 63.7 % less energy."]
    effect = document["interaction"]["anova"]["interaction"]
    assert effect["f"] == pytest.approx(428.5, abs=0.5) and effect["partial_eta_squared"] == pytest.approx(0.905, abs=5e-4)
    assert document["interaction"]["aligned_ranks"]["interaction"]["p_value"] < 1e-50
    assert all(rule["median_ape"] > 0.2 for rule in document["energy_follows"].values())


SEAA2023 = """
name = "seaa2023"
[fields]
gpu = { column = "gpu" }
architecture = { column = "arch" }
batch_size = 32
train_size = 23807
val_size = 10203
epochs = { column = "epochs_est" }
total_energy = { column = "E_kJ", unit = "kJ" }
[[leave_out]]
where = { consistent = "False" }
why = "the derived epochs do not agree with the log"
"""


def test_findings_on_seaa2023(joulecast, write):
    document = joulecast("tradeoff", "--data", shared("seaa2023/derived_phase.csv"), "--columns", write("seaa.toml", SEAA2023),
                         "--response", "energy-per-image", "--json").json("tradeoff")
    assert document["rows"] == 124 and "26 rows left out" in document["notes"][0]
    (saving,) = document["savings"]
    assert (saving["from"], saving["to"]) == (["vgg16"], ["mobilenet_v2"])
    assert saving["saved"] == pytest.approx(0.645, abs=0.002)

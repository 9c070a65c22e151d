"""joulecast compare: every method on the same run, each by hand, and the energy regression test."""

import csv
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import COMMAND, RECORDED, REPOSITORY, epochs_csv

SHARED = pathlib.Path(os.environ.get("JOULECAST_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))
MAKE_RUN = os.environ.get("JOULECAST_MAKE_RUN", str(pathlib.Path(COMMAND).parent / "tests" / "joulecast_make_run"))
ENERGIES = [300.0, 210.0, 205.0, 200.0] + [200.0 + (i % 3 - 1) for i in range(16)]
GPU = ["--fact", "gpu_tdp_w=30", "--fact", "gpu_use=0.5", "--fact", "host_memory=10", "--fact", "power_limit=25"]
TOLERANCE = 1e-9


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no {name} in {SHARED} (set JOULECAST_SHARED_DATA)")
    return path


def answers(document, run=0):
    return {one["method"]: one for one in document["runs"][run]["answers"]}


def methods(document):
    return {one["method"]: one for one in document["methods"]}


def compare(joulecast, *arguments):
    return joulecast("compare", *arguments, "--json").json("compare")


def test_every_formula_by_hand(joulecast, write):
    """20 epochs of 10 s: 200 s at about 20 W, on one GPU of 30 W TDP limited to 25 W."""
    said = answers(compare(joulecast, write("run.csv", epochs_csv(ENERGIES)), *GPU))
    total = sum(ENERGIES)
    by_hand = {
        "green-algorithms": 30 * 200,  # the meter saw no memory
        "green-algorithms-paper": 25 * 0.5 * 200,
        "ml-co2": 30 * 200,
        "ml-co2-paper": 25 * 200,
        "carbontracker-1": 20 * 300,
        "carbontracker-3": 20 * (300 + 210 + 205) / 3,
        "step-power": sum(ENERGIES[10:15]) / 50 * 200,
        "step-epoch": sum(ENERGIES[:10]) + sum(ENERGIES[10:15]) / 5 * 10,
    }
    for method, energy in by_hand.items():
        assert said[method]["energy_j"] == pytest.approx(energy, rel=TOLERANCE), method
        assert said[method]["error"] == pytest.approx(energy / total - 1, rel=1e-6), method
    assert said["carbontracker-3"]["spent"] == pytest.approx(715 / total, rel=TOLERANCE)
    assert said["step-epoch"]["spent"] == pytest.approx(sum(ENERGIES[:15]) / total, rel=TOLERANCE)
    assert said["ml-co2"]["spent"] == 1
    assert {"joulecast@1", "joulecast@3", "joulecast@15"} <= set(said)
    assert "flops-only" not in said and "codecarbon" not in said and "llmcarbon" not in said


def test_parts_count_as_far_as_the_meter_saw_them(joulecast, write):
    run = write("run.csv", epochs_csv(ENERGIES))
    facts = [*GPU, "--fact", "cpu_tdp_w=100", "--fact", "cpu_cores=8", "--fact", "cpu_load=0.5"]
    node = answers(compare(joulecast, run, *facts, "--fact", "meter=node"))
    assert node["green-algorithms"]["energy_j"] == pytest.approx((30 + 100 + 3.725) * 200, rel=TOLERANCE)
    assert node["green-algorithms-paper"]["energy_j"] == pytest.approx((12.5 + 3.725) * 200, rel=TOLERANCE)
    assert node["ml-co2"]["energy_j"] == pytest.approx(6000, rel=TOLERANCE)
    cpu = answers(compare(joulecast, run, *facts, "--fact", "meter=cpu+memory"))
    assert "ml-co2" not in cpu
    # 100 W x (0.1 + 0.9 / 8), and two DIMMs.
    assert cpu["codecarbon"]["energy_j"] == pytest.approx((21.25 + 10) * 200, rel=TOLERANCE)


def test_llmcarbon_by_hand(joulecast, write):
    run = write("run.csv", epochs_csv(ENERGIES))
    said = answers(compare(joulecast, run, "--fact", "gpu_tdp_w=300", "--fact", "peak_tflops=125", "--fact", "gpus=4",
                           "--fact", "parameters=1e9", "--fact", "tokens=1e6", "--fact", "efficiency=0.4"))
    # 6e15 operations at 4 x 125 TFLOP/s x 0.4 take 30 s; four of 300 W.
    assert said["llmcarbon"]["energy_j"] == pytest.approx(30 * 1200, rel=TOLERANCE)
    assert said["llmcarbon"]["spent"] == 0


def test_flops_only_is_fitted_without_its_group(joulecast, write):
    """c of the others: 2, 8 -> 4 for a; 1, 8 for b; 1, 2 for c, in J / GFLOP."""
    energies = {"a": 1.0, "b": 2.0, "c": 8.0}
    rows = "run,group,gflops,train_size\n"
    paths = []
    for name, level in energies.items():
        paths.append(write(f"{name}.csv", epochs_csv([30 * level] * 5)))
        rows += f"{name}.csv,{name},1,10\n"  # 3 x 10 passes an epoch: 30 GFLOP
    document = compare(joulecast, *paths, "--facts", write("facts.csv", rows))
    by_hand = {"a": math.sqrt(2 * 8), "b": math.sqrt(8), "c": math.sqrt(2)}
    for i, (name, factor) in enumerate(by_hand.items()):
        assert answers(document, i)["flops-only"]["energy_j"] == pytest.approx(150 * factor, rel=TOLERANCE), name
    assert methods(document)["flops-only"]["fitted_on"] == "the other runs, without their own group"


def test_a_planned_count_is_told_as_planned(joulecast, write):
    run = write("run.csv", epochs_csv(ENERGIES))
    for epochs, told in ((20, "planned epoch count"), (30, "true epoch count")):
        assert methods(compare(joulecast, run, "--fact", f"epochs={epochs}"))["step-epoch"]["told"] == told


def test_one_run_is_no_fit_for_flops(joulecast, write):
    document = compare(joulecast, write("run.csv", epochs_csv(ENERGIES)), "--fact", "gflops=2", "--fact", "train_size=100")
    assert "flops-only" not in methods(document)
    assert any(note.startswith("flops-only has no answer") for note in document["notes"])


def test_absurd_facts_give_no_answer_rather_than_infinity(joulecast, write):
    document = compare(joulecast, write("run.csv", epochs_csv(ENERGIES)), "--fact", "gpu_tdp_w=1e308", "--fact", "gflops=1e308",
                       "--fact", "train_size=1e9")
    assert {"ml-co2", "flops-only"}.isdisjoint(methods(document))


def test_scores_by_hand(joulecast, write):
    """Carbontracker on three runs: errors of 100, -50 and 0 J of 1000 J each."""
    runs = [write(f"{i}.csv", epochs_csv([first] + [(1000 - first) / 9] * 9)) for i, first in enumerate((110, 95, 100))]
    document = compare(joulecast, *runs, "--fact", "gpu_tdp_w=12")
    score = methods(document)["carbontracker-1"]
    assert score["runs"] == 3 and score["within"] is None and score["r2"] is None
    assert score["rmse_j"] == pytest.approx(math.sqrt((100**2 + 50**2) / 3), rel=1e-6)
    assert score["mape"] == pytest.approx(0.05, rel=1e-6)
    assert score["median_ape"] == pytest.approx(0.05, rel=1e-6)
    assert score["p90_ape"] == pytest.approx(0.09, rel=1e-6)
    assert score["best_existing"] is None
    ours = methods(document)["joulecast@3"]["best_existing"]
    assert ours["against"].startswith("carbontracker") and ours["low"] <= ours["ratio"] <= ours["high"]
    assert ours["ratio"] == pytest.approx(methods(document)[ours["against"]]["rmse_j"] / methods(document)["joulecast@3"]["rmse_j"])


def test_the_same_seed_gives_the_same_figures(joulecast):
    runs = [RECORDED / name for name in ("mlp-digits", "cnn-digits", "lstm")]
    first = joulecast("compare", *runs, "--json", "--seed", 4).out
    assert first == joulecast("compare", *runs, "--json", "--seed", 4).out
    assert first != joulecast("compare", *runs, "--json", "--seed", 5).out


def test_our_own_recordings(joulecast):
    runs = [path for path in sorted(RECORDED.iterdir()) if path.is_dir()]
    facts = ["--fact", "cpu_tdp_w=25", "--fact", "cpu_cores=2", "--fact", "cpu_load=0.5", "--fact", "host_memory=1"]
    document = compare(joulecast, *runs, *facts)
    assert len(document["runs"]) == len(runs) == 7
    by_name = methods(document)
    assert by_name["joulecast@15"]["runs"] == 7 and by_name["codecarbon"]["runs"] == 7
    assert by_name["carbontracker-1"]["told"] == "true epoch count (planned in 6 of 7)"
    assert by_name["joulecast@15"]["median_ape"] < by_name["carbontracker-1"]["median_ape"]
    shares = [moment["share"] for moment in document["projection"]]
    assert shares == sorted(shares) and len(shares) >= 18
    for run in document["runs"]:
        assert [point["epochs"] for point in run["projection"]] == list(range(1, len(run["projection"]) + 1))


def test_text_says_when_and_what_was_told(joulecast):
    done = joulecast("compare", RECORDED / "mlp-digits", RECORDED / "cnn-digits", "--rows", 1, env={"COLUMNS": "140"})
    assert done.code == 0, done.err
    assert done.out.count("carbontracker-1") >= 3
    assert "cnn-digits: " not in done.out and "1 more" in done.out
    for text in ("planned epoch count: ", "spent before", "A factor of two or more better", "x best tool"):
        assert text in done.out, done.out
    assert max(map(len, done.out.splitlines())) <= 140
    assert "R2" in done.out
    narrow = joulecast("compare", RECORDED / "mlp-digits", "--rows", 0, env={"COLUMNS": "80"})
    assert max(map(len, narrow.out.splitlines())) <= 80, narrow.out


def test_csv_and_charts(joulecast, tmp_path):
    runs = [RECORDED / "mlp-digits", RECORDED / "lstm"]
    done = joulecast("compare", *runs, "--csv", "rows.csv", "--svg", "charts", "--markdown")
    assert done.code == 0, done.err
    rows = list(csv.DictReader((tmp_path / "rows.csv").open()))
    assert {row["run"] for row in rows} == set(map(str, runs))
    for row in rows:
        assert float(row["error"]) == pytest.approx(float(row["answer_j"]) / float(row["measured_j"]) - 1)
    for name in ("errors", "moments"):
        picture = (tmp_path / "charts" / f"{name}.svg").read_text()
        ElementTree.fromstring(picture)
        assert "nan" not in picture and "prefers-color-scheme:dark" in picture
    assert done.out.splitlines()[2].startswith("| method | runs |")


def test_explain_and_list(joulecast):
    text = joulecast("compare", "--explain", "joulecast@3").out
    assert text.startswith("joulecast: ") and "docs/projection.md" in text
    names = re.findall(r"^([a-z0-9-]+) ", joulecast("compare", "--list").out, re.MULTILINE)
    assert {"green-algorithms", "ml-co2-paper", "step-power", "pre-krr-epoch", "joulecast-estimate"} <= set(names)
    for name in names[1:]:
        out = joulecast("compare", "--explain", name).out
        for label in ("formula", "constants", "answers", "told", "limits", "source"):
            assert re.search(rf"^{label} ", out, re.MULTILINE), name


TABLE = "gpu,network,batch_size,image_size,train_size,val_size,gflops,epoch_energy_j,epoch_time_s,host_memory_gb\n"


def made_table(networks=("resnet18", "resnet34", "resnet50", "vgg11", "vgg16", "mobilenet_v2")):
    """Energy rises as the operations do, with a little noise."""
    lines = []
    for i, network in enumerate(networks):
        for batch in (16, 32, 64, 128):
            gflops = 1.5 + 3.0 * i
            energy = 100 * gflops * (1 + 0.02 * (batch % 5)) + batch
            lines.append(f"T4,{network},{batch},224,1000,100,{gflops},{energy},{energy / 60},64")
    return TABLE + "\n".join(lines) + "\n"


def test_a_table_is_judged_by_what_it_was_not_fitted_on(joulecast, write):
    table = write("runs.csv", made_table())
    document = compare(joulecast, "--data", table, "--groups", "architecture")
    assert document["compared"] == "epoch" and document["groups"] == "architecture" and len(document["runs"]) == 24
    assert len({run["group"] for run in document["runs"]}) == 6
    by_name = methods(document)
    assert by_name["ml-co2"]["runs"] == 24 and by_name["flops-only"]["runs"] == 24
    assert by_name["pre-krr-epoch"]["best_existing"]["runs"] == 24
    row = document["runs"][0]
    assert answers(document)["ml-co2"]["energy_j"] == pytest.approx(70 * row["duration_s"], rel=TOLERANCE)
    # Leave its architecture out: the geometric mean of joules per operation over the others.
    others = [run["measured_j"] / (1.5 + 3.0 * (i // 4)) for i, run in enumerate(document["runs"]) if run["group"] != row["group"]]
    mean = math.exp(sum(map(math.log, others)) / len(others))
    assert answers(document)["flops-only"]["energy_j"] == pytest.approx(1.5 * mean, rel=1e-9)


def test_estimators_are_asked_about_runs_they_were_not_fitted_on(joulecast, write):
    table = write("runs.csv", made_table())
    run = write("run.csv", epochs_csv([1000.0] * 6))
    facts = [f"--fact={fact}" for fact in ("network=resnet18", "gpu=T4", "batch_size=16", "image_size=224",
                                           "train_size=1000", "val_size=100", "host_memory=64")]
    document = compare(joulecast, run, *facts, "--fit-on", table, "--fit-without", "network=vgg16")
    by_name = methods(document)
    assert by_name["pre-krr-epoch"]["fitted_on"] == "runs.csv without network=vgg16: 19 rows"
    assert any(note.startswith("1 rows of runs.csv are of set-ups that are judged here") for note in document["notes"])
    assert answers(document)["pre-linear-epoch"]["spent"] == 0


def stored_run(store, *keys):
    done = subprocess.run([MAKE_RUN, str(store), *keys], capture_output=True, text=True, check=True)
    return pathlib.Path(done.stdout.strip())


def test_stored_runs_by_name_and_all_of_them(joulecast, tmp_path):
    store = tmp_path / "store"
    folder = stored_run(store, "epochs=20", "title=nightly gpu_use=0.5")
    stored_run(store, "epochs=1", "start=1795459999")
    document = compare(joulecast, "--store", store)
    assert [run["run"] for run in document["runs"]] == [str(folder)]
    assert any("1 run left out" in note for note in document["notes"])
    said = answers(document)
    # The H200 and its limit of 700 W are the record's own.
    assert said["ml-co2"]["energy_j"] == pytest.approx(700 * document["runs"][0]["duration_s"], rel=1e-9)
    assert said["green-algorithms-paper"]["energy_j"] >= 350 * document["runs"][0]["duration_s"]
    by_id = compare(joulecast, folder.name, "--store", store)
    assert by_id["runs"][0]["measured_j"] == document["runs"][0]["measured_j"]


def baseline(joulecast, write, levels):
    runs = [write(f"run{i}-{level}.csv", epochs_csv([level] * 5)) for i, level in enumerate(levels)]
    return runs, ["--fact", "group=nightly"]


def test_an_energy_regression_fails(joulecast, write):
    old, group = baseline(joulecast, write, [100.0, 101.0, 99.0])
    file = write("old.json", joulecast("compare", *old, *group, "--json").out)
    same = joulecast("compare", *old, *group, "--baseline", file, "--fail-above", "5%")
    assert same.code == 0 and same.out.count("\n") == 1 and "passed: not above" in same.out
    worse, _ = baseline(joulecast, write, [112.0, 111.0, 113.0])
    failed = joulecast("compare", *worse, *group, "--baseline", file, "--fail-above", "5%")
    assert failed.code == 3 and "FAILED: surely above the 5 % allowed" in failed.out
    assert joulecast("compare", *worse, *group, "--baseline", file, "--fail-above", "0.2").code == 0
    document = joulecast("compare", *worse, *group, "--baseline", file, "--json")
    change = json.loads(document.out)["regression"]
    assert document.code == 3 and change["failed"] and change["low"] < change["change"] < change["high"]
    assert change["change"] == pytest.approx((112 * 111 * 113 / (100 * 101 * 99)) ** (1 / 3) - 1)


def test_what_may_be_chance_does_not_fail(joulecast, write):
    old, group = baseline(joulecast, write, [100.0])
    file = write("old.json", joulecast("compare", *old, *group, "--json").out)
    slightly, _ = baseline(joulecast, write, [106.0])
    done = joulecast("compare", *slightly, *group, "--baseline", file)
    assert done.code == 0 and "passed: above, but not surely" in done.out


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "which trainings?"),
    (["RUN", "--data", "x.csv"], "leave out --data or the runs"),
    (["nowhere.csv"], "nowhere.csv: no such file or folder"),
    (["RUN", "--explain", "carbontraker-1"], "did you mean carbontracker-1?"),
    (["RUN", "--fact", "gpu_usage=1"], "did you mean gpu_use?"),
    (["RUN", "--fact", "gpu_use=40"], "gpu_use '40' must be a share from 0 to 1"),
    (["RUN", "--fact", "gpus=2.5"], "must be a whole number"),
    (["RUN", "--fact", "gpus=1e300"], "must be a whole number"),
    (["RUN", "--fact", "efficiency=0"], "must be a share above 0"),
    (["RUN", "--fact", "gpu"], "write name=value"),
    (["RUN", "--fact", "meter=plug"], "write what it sees as gpu, gpu+cpu+memory or node"),
    (["RUN", "--fact", "phases=ten"], "write epochs such as 10,*"),
    (["RUN", "--fact", "cpu=Banana"], "the catalogue has no CPU 'Banana'"),
    (["RUN", "--fact", "network=resnet5", "--fact", "gpu=T4"], "resnet50"),
    (["RUN", "--fact", "gpu=RTX 3091"], "RTX 3090"),
    (["RUN", "--fail-above", "some"], "write a share such as 5% or 0.05"),
    (["RUN", "--fit-without", "a=b"], "name the table too"),
    (["RUN", "--baseline", "gone.json"], "gone.json: cannot read"),
    (["RUN", "--fit-on", "gone.csv"], "gone.csv"),
    (["ONE"], "it has one epoch, which leaves nothing to project"),
    (["WATTS"], "has no epoch marks"),
    (["--data", "TABLE", "--groups", "architectur"], "did you mean architecture?"),
    (["--data", "TABLE", "--groups", "gpu"], "all rows are of one gpu"),
])
def test_bad_input_is_one_clear_line(joulecast, write, arguments, says):
    files = {"RUN": write("run.csv", epochs_csv(ENERGIES)), "ONE": write("one.csv", epochs_csv([5.0])),
             "WATTS": write("watts.csv", "time_s,power_w\n0,5\n1,5\n2,5\n"), "TABLE": write("runs.csv", made_table())}
    assert says in joulecast("compare", *[files.get(one, one) for one in arguments]).error_line()


@pytest.mark.parametrize(("text", "says"), [
    ("", "not JSON"), ("[1]", "its schema is not said"), ('{"schema": "joulecast.tradeoff/1"}', "'joulecast.tradeoff/1', not joulecast.compare/1"),
    ('{"schema": "joulecast.compare/1", "runs": []}', "no runs to compare with"),
    ('{"schema": "joulecast.compare/1", "runs": [{"measured_j": -1}]}', "no measured_j above 0"), ("[" * 100, "not JSON"),
])
def test_a_baseline_of_another_kind_is_refused(joulecast, write, text, says):
    run = write("run.csv", epochs_csv(ENERGIES))
    assert says in joulecast("compare", run, "--baseline", write("old.json", text)).error_line()


def test_facts_tables_say_where_they_are_wrong(joulecast, write):
    run = write("run.csv", epochs_csv(ENERGIES))

    def error(text):
        return joulecast("compare", run, "--facts", write("facts.csv", text)).error_line()

    assert "did you mean gpu_use?" in error("run,gpu_uses\nrun.csv,1\n")
    assert "'run'" in error("runs,gpu_use\nrun.csv,1\n")
    assert "facts.csv:2: gpu_use '7'" in error("run,gpu_use\nrun.csv,7\n")
    assert "'run.csv' has two rows" in error("run,gpu_use\nrun.csv,1\nrun.csv,1\n")
    missing = joulecast("compare", run, "--facts", write("other.csv", "run,gpu_use\nelse.csv,1\n"))
    assert "1 of the runs have no row" in missing.out


def test_help_teaches(joulecast):
    text = joulecast("compare", "--help").out
    for word in ("--explain", "--fit-without", "gpu_use", "Examples:", "--baseline", "Exit code 3"):
        assert word in text


def test_the_paper_s_table_where_it_is_at_hand(joulecast):
    table = shared("delrey2025/runs.csv")
    document = compare(joulecast, "--data", table, "--groups", "none")
    by_name = methods(document)
    assert by_name["pre-krr-epoch"]["runs"] == 857
    # METHODS: KRR, epoch energy, the paper's folds.
    assert by_name["pre-krr-epoch"]["mape"] == pytest.approx(0.0603, abs=0.0005)
    assert by_name["pre-krr-epoch"]["rmse_j"] == pytest.approx(747, abs=5)
    assert by_name["pre-krr-epoch"]["best_rated"]["ratio"] > 2


def test_the_page_of_the_evaluation_where_its_recordings_are_at_hand():
    """METHODS' figures of deepgreen: median and 90th percentile of Carbontracker and of STEP."""
    shared("deepgreen/epochs.csv")
    done = subprocess.run([sys.executable, REPOSITORY / "tools" / "evaluation.py", "--data", SHARED, "--joulecast", COMMAND,
                           "--only", "deepgreen"], capture_output=True, text=True, check=True)
    for method, median, p90 in (("carbontracker-1", "6.85", "56.5"), ("carbontracker-3", "3.05", "16.8"), ("step-epoch", "0.27", "1.02")):
        assert re.search(rf"\| {method} \| 24 \|.*\| {median} % \| {p90} % \|", done.stdout), done.stdout
    assert str(SHARED) not in done.stdout

"""joulecast fit: an estimator file from tables and from stored runs."""

import hashlib
import json
import os
import pathlib
import subprocess

import pytest

from conftest import COMMAND

MAKE_RUN = os.environ.get("JOULECAST_MAKE_RUN", str(pathlib.Path(COMMAND).parent / "tests" / "joulecast_make_run"))
HEADER = ("gpu,network,batch_size,image_size,host_memory_gb,train_size,val_size,gflops,meter,"
          "power_w,epoch_energy_j\n")


def table(meter="nvml"):
    """Sixteen configurations, three repeats each."""
    rows = []
    for network, gflops in (("resnet18", 3.6), ("resnet50", 8.2)):
        for gpu, level in (("RTX 3070", 150), ("RTX 3090", 250)):
            for batch in (16, 32):
                for size in (128, 224):
                    for repeat in (0.99, 1.0, 1.01):
                        power = (level + 2 * batch + size / 8) * repeat
                        energy = 20000 * gflops * size / (batch + 50) / repeat
                        rows.append(f"{gpu},{network},{batch},{size},32,20000,5000,{gflops},{meter},"
                                    f"{power:.3f},{energy:.3f}")
    return HEADER + "\n".join(rows) + "\n"


def test_fits_and_says_how_good_it_is(joulecast, write, tmp_path):
    path = write("runs.csv", table())
    document = joulecast("fit", "--data", path, "-o", "mine.json", "--json").json("fit")
    assert document["rows"] == 48
    assert document["configurations"] == 16
    assert document["sources"] == [{
        "name": "runs.csv", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": 48,
        "meters": ["nvml"]}]
    by_target = {row["target"]: row for row in document["targets"]}
    assert set(by_target) == {"power", "epoch-energy", "time"}
    power = by_target["power"]
    assert 0 < power["random_folds"]["mape"] < 0.1
    assert 0 < power["configuration_left_out"]["mape"] < 0.1
    assert power["random_folds"]["folds"] == 5
    assert power["configuration_left_out"]["folds"] == 16
    saved = json.loads((tmp_path / "mine.json").read_text())
    assert saved["schema"] == "joulecast.estimator/1"
    assert saved["content"]["fits"][0]["method"] == "joulecast"


def test_text_shows_grouped_folds_beside_random_ones(joulecast, write):
    shown = joulecast("fit", "--data", write("runs.csv", table()), "-o", "mine.json")
    assert shown.code == 0, shown.err
    for part in ("48 trainings of 16 configurations", "5 random folds", "configuration left out",
                 "meter: nvml", "Written to mine.json"):
        assert part in shown.out


@pytest.mark.parametrize("estimator", ["linear", "ridge", "krr", "svr"])
def test_the_same_seed_gives_the_same_fit(joulecast, write, tmp_path, estimator):
    path = write("runs.csv", table())
    fits = []
    for seed in (1, 1, 2):
        done = joulecast("fit", "--data", path, "--estimator", estimator, "--search", "--draws", 8,
                         "--seed", seed, "--no-errors", "-o", "e.json")
        assert done.code == 0, done.err
        assert "not judged" in done.out
        fits.append(json.loads((tmp_path / "e.json").read_text())["content"]["fits"])
    assert fits[0] == fits[1]
    assert (fits[0] == fits[2]) == (estimator == "linear")


def test_meters_are_not_mixed_without_a_word(joulecast, write):
    data = ["--data", write("a.csv", table()), "--data", write("b.csv", table("wall plug"))]
    assert "--mixed-meters" in joulecast("fit", *data, "-o", "e.json").error_line()
    mixed = joulecast("fit", *data, "--mixed-meters", "-o", "e.json", "--json").json("fit")
    assert mixed["rows"] == 96
    assert "rows of several meters were mixed: nvml, wall plug" in mixed["notes"]


def test_few_rows_are_fitted_and_not_judged(joulecast, write):
    few = "\n".join(table().splitlines()[:8]) + "\n"
    document = joulecast("fit", "--data", write("few.csv", few), "-o", "e.json", "--json").json("fit")
    assert document["targets"][0]["random_folds"] is None
    assert any("not judged" in note for note in document["notes"])
    assert any("fitted on 7 rows of 3 configurations, too few to judge" in note for note in document["notes"])


def test_one_row_is_never_said_to_be_as_good_as_a_column(joulecast, write, tmp_path):
    one = "\n".join(table().splitlines()[:2]) + "\n"
    shown = joulecast("fit", "--data", write("one.csv", one), "-o", "e.json").out
    assert "as well as the last column says" not in shown
    assert "was not judged" in shown and "1 row of 1 configuration" in shown
    assert max(map(len, shown.splitlines())) <= 100
    notes = json.loads((tmp_path / "e.json").read_text())["content"]["notes"]
    assert any("too few to judge" in note for note in notes)


def test_writes_through_links_and_never_over_a_device(joulecast, write, tmp_path):
    data = ["--data", write("runs.csv", table()), "--no-errors"]
    link, target = tmp_path / "link.json", tmp_path / "target.json"
    link.symlink_to("target.json")
    assert joulecast("fit", *data, "-o", link).code == 0
    assert link.is_symlink() and json.loads(target.read_text())["schema"] == "joulecast.estimator/1"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, "/dev/null", tmp_path):
        assert "cannot be written: it is" in joulecast("fit", *data, "-o", path).error_line()
    assert fifo.is_fifo() and pathlib.Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["-o", "e.json"], "which trainings?"),
        (["--data", "runs.csv", "-o", "e.json", "--estimator", "kr"], "did you mean 'krr'?"),
        (["--data", "absent.csv", "-o", "e.json"], "absent.csv"),
        (["--data", "runs.csv"], "--output"),
        (["--data", "runs.csv", "--outptu", "e.json"], "there is no option '--outptu'; did you mean --output?"),
        (["--data", "runs.csv", "-o", "absent/e.json"], "absent/e.json: cannot be written"),
        (["--data", "runs.csv", "-o", "e.json", "--draws", "0"], "--draws"),
    ],
)
def test_mistakes_get_one_line(joulecast, write, arguments, part):
    write("runs.csv", table())
    assert part in joulecast("fit", *arguments).error_line()


@pytest.fixture
def store(tmp_path):
    """A store of three runs: two say what was trained."""
    folder = tmp_path / "runs"
    for words in ({"title": "network=resnet18 gpu=V100 batch-size=64 train_size=50000"},
                  {"title": "network=resnet50 gpu=V100 batch-size=64 train_size=50000"},
                  {"title": "a run of something"}):
        subprocess.run([MAKE_RUN, folder, *(f"{k}={v}" for k, v in words.items())], check=True,
                       stdout=subprocess.DEVNULL)
    return folder


def test_stored_runs_that_say_what_was_trained(joulecast, store):
    document = joulecast("fit", "--store", store, "-o", "e.json", "--json").json("fit")
    assert document["rows"] == 2
    assert document["sources"][0]["name"] == "store"
    assert document["sources"][0]["sha256"] is None
    assert document["sources"][0]["meters"][0].startswith("joulecast: ")
    assert "store: 1 run left out: neither tags nor title say network=NAME" in document["notes"]


def test_the_users_own_store(joulecast, store):
    done = joulecast("fit", "--store", "-o", "e.json", env={"JOULECAST_STORE": str(store)})
    assert "2 trainings of 2 configurations" in done.out


def test_a_store_without_such_runs(joulecast, tmp_path):
    line = joulecast("fit", "--store", tmp_path / "none", "-o", "e.json").error_line()
    assert "nothing to fit on" in line

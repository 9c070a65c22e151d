"""joulecast import: every format recognised by content, every rule for what is broken."""

import gzip
import json

import pytest

from conftest import RECORDED, epochs_csv

NVIDIA_SMI = "timestamp, name, power.draw [W], power.max_limit [W]\n" + "".join(
    f"2026/11/23 10:00:{t:02}.000, NVIDIA L4, {50 + t}.00 W, 72.00 W\n" for t in range(20))


def summary(joulecast, path, *options):
    return joulecast("import", path, *options, "--json").json("import")


def test_nvidia_smi(joulecast, write):
    document = summary(joulecast, write("power.csv", NVIDIA_SMI))
    assert document["run"]["format"] == "nvidia-smi"
    (device,) = document["run"]["devices"]
    assert (device["kind"], device["name"], device["power_limit_w"]) == ("gpu", "NVIDIA L4", 72)
    (energy,) = document["devices"]
    assert energy["energy_j"] == pytest.approx(sum(50 + t + 0.5 for t in range(19)))
    assert energy["origin"] == "integrated"


@pytest.mark.parametrize("cut", ["9", "69.0", "69.00 W"])
def test_a_last_line_cut_off_is_a_broken_row_even_where_it_looks_whole(joulecast, write, cut):
    power_last = "\n".join(",".join(line.split(",")[i] for i in (0, 1, 3, 2)) for line in NVIDIA_SMI.splitlines())
    for text in (NVIDIA_SMI, power_last):
        whole = text[: text.rindex("69.00")] + cut
        document = summary(joulecast, write("power.csv", whole))
        assert document["run"]["samples"] == 19
        assert document["run"]["bad_rows"] == 1
        assert document["run"]["first_bad_rows"][0]["line"] == 21


def test_gzip_and_plain_are_the_same(joulecast, write):
    plain = summary(joulecast, write("power.csv", NVIDIA_SMI))
    packed = summary(joulecast, write("power.csv.gz", gzip.compress(NVIDIA_SMI.encode())))
    assert plain == packed


def test_watts_one_per_line(joulecast, write):
    document = summary(joulecast, write("watts.txt", "100\n110\n120\n"), "--interval", 2)
    assert document["devices"][0]["energy_j"] == pytest.approx(440)


def test_train_and_eval_rows_are_one_epoch(joulecast, write):
    rows = "epoch,phase,duration_s,energy_j\n1,train,10,100\n1,eval,2,10\n2,train,10,90\n2,eval,2,10\n"
    epochs = summary(joulecast, write("epochs.csv", rows))["epochs"]
    assert [(e["duration_s"], e["energy_j"], e["evaluation_j"]) for e in epochs] == [(12, 110, 10), (12, 100, 10)]
    assert {e["origin"] for e in epochs} == {"reported"}


def test_what_is_broken_is_counted_and_never_used(joulecast, write):
    rows = "time_s,power_w\n0,100\n1,nan\n2,-5\n3,1e9\n4,100\n3.5,80\n5,100\n5,100\n50,100\n"
    run = summary(joulecast, write("samples.csv", rows))["run"]
    assert (run["samples"], run["bad_rows"], run["duplicates"], run["out_of_order"]) == (4, 3, 1, 1)
    assert (run["gaps"], run["gap_s"]) == (1, 45)


def test_the_normalised_form_reads_back_the_same(joulecast, write, tmp_path):
    power = write("power.csv", NVIDIA_SMI)
    assert joulecast("import", power, "-o", tmp_path / "recording").code == 0
    first = summary(joulecast, power)
    again = summary(joulecast, tmp_path / "recording")
    assert again["run"]["format"] == "joulecast"
    assert again["devices"] == first["devices"]
    assert again["run"]["devices"] == first["run"]["devices"]


def test_output_never_overwrites(joulecast, write, tmp_path):
    power = write("power.csv", NVIDIA_SMI)
    (tmp_path / "there").mkdir()
    assert "there" in joulecast("import", power, "-o", tmp_path / "there").error_line()
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("name", sorted(p.name for p in RECORDED.iterdir() if p.is_dir()))
def test_the_shipped_recordings_are_clean(joulecast, name):
    document = summary(joulecast, RECORDED / name)
    run = document["run"]
    assert (run["bad_rows"], run["duplicates"], run["out_of_order"], run["clock_jumps"]) == (0, 0, 0, 0)
    assert {device["origin"] for device in run["devices"]} == {"modelled"}
    assert all(epoch["energy_j"] > 0 for epoch in document["epochs"])
    described = json.loads((RECORDED / name / "run.json").read_text())
    assert described["schema"] == "joulecast.recording/1"


BAD = {
    "cut-off gzip": ("a.csv.gz", gzip.compress(NVIDIA_SMI.encode())[:-20], [], "gzip data ends early"),
    "empty": ("a.csv", "", [], "the file is empty"),
    "header only": ("a.csv", NVIDIA_SMI.splitlines()[0] + "\n", [], "nothing after the header"),
    "blanks only": ("a.csv", "\n\n", [], "a.csv"),
    "wrong unit in the header": ("a.csv", NVIDIA_SMI.replace("draw [W]", "draw [mW]"), [], "a.csv:1:"),
    "wrong unit in the fields": ("a.csv", NVIDIA_SMI.replace("00 W, 72", "00 kW, 72"), [], "a.csv:2:"),
    "letters in every number": ("a.csv", NVIDIA_SMI.replace(".00 W, 72", "x0 W, 72"), [], "a.csv:2:"),
    "letters in one number": ("a.csv", epochs_csv(["5", "6o"]), [], "a.csv:3:8: '6o' is not a number"),
    "an epoch of no length": ("a.csv", epochs_csv([5, 6], 0), [], "a.csv:2:3: duration_s '0"),
    "negative energy": ("a.csv", epochs_csv([5, -6]), [], "a.csv:3:8: energy_j '-6"),
    "epochs out of order": ("a.csv", "epoch,duration_s,energy_j\n2,1,1\n1,1,1\n", [], "a.csv:3:1: "),
    "no such column": ("a.csv", epochs_csv([5]).replace("energy_j", "energy_kj"), ["--format", "epochs"],
                       "did you mean 'energy_kj'?"),
    "binary": ("a.csv", bytes(range(256)) * 16, [], "binary"),
    "unknown": ("a.csv", "apples,pears\n1,2\n", [], "none of the known formats"),
    "watts without an interval": ("a.txt", "100\n101\n102\n", [], "--sampling-interval SECONDS"),
    "an interval of nothing": ("a.txt", "100\n101\n102\n", ["--interval", "0"], "above 0"),
    "no such format": ("a.csv", NVIDIA_SMI, ["--format", "nvidia"], "'nvidia'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_line(joulecast, write, case):
    name, content, options, words = BAD[case]
    outcome = joulecast("import", write(name, content), *options)
    assert words in outcome.error_line()


def test_a_missing_file(joulecast, tmp_path):
    assert "cannot open" in joulecast("import", tmp_path / "nowhere.csv").error_line()

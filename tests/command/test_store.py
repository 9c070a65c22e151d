"""joulecast list, show, export, tag, delete, index: the runs that were stored."""

import csv
import io
import json
import os
import pathlib
import pty
import subprocess
import zlib

import jsonschema
import pytest

from conftest import COMMAND, REPOSITORY

MAKE_RUN = os.environ.get("JOULECAST_MAKE_RUN", str(pathlib.Path(COMMAND).parent / "tests" / "joulecast_make_run"))
DAY_S = 86400
START = 1795456000  # 2026-11-23T17:46:40Z


@pytest.fixture
def store(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def make(store):
    """make(key=value, ...) -> the folder of a new run in the store."""

    def run(**keys):
        done = subprocess.run([MAKE_RUN, store, *(f"{k}={v}" for k, v in keys.items())],
                              capture_output=True, text=True)
        assert done.stdout, done.stderr
        return pathlib.Path(done.stdout.strip())

    return run


@pytest.fixture
def ask(joulecast, store):
    """joulecast with the store named by the environment."""
    return lambda *arguments: joulecast(*arguments, env={"JOULECAST_STORE": str(store)})


def test_an_empty_store_is_no_error(ask):
    assert "No runs in" in ask("list").out
    assert ask("list", "--json").json("list")["runs"] == []
    assert "only 0 runs" in ask("show", "last").error_line()


def test_list_says_what_each_run_took(ask, make):
    make(title="first", start=START)
    make(start=START + DAY_S, exit=3, tag="exp1")
    make(start=START + 2 * DAY_S, die=30)
    text = ask("list").out
    lines = text.splitlines()
    assert len(lines) == 4
    assert "interrupted" in lines[1] and "1/10" in lines[1]
    assert "exit code 3" in lines[2] and lines[2].endswith("[exp1] python train.py --tok")
    assert "68.00 kJ" in lines[3] and lines[3].endswith("first")
    runs = ask("list", "--json").json("list")["runs"]
    assert [run["state"] for run in runs] == ["interrupted", "ended", "ended"]
    assert runs[2]["energy_j"] == 68000 and runs[2]["origin"] == "modelled"
    assert runs[0]["energy_j"] == pytest.approx(30 * 340, rel=0.02)


def test_list_is_filtered(ask, make):
    make(start=START, tag="a")
    make(start=START + DAY_S, exit=1)

    def count(*options):
        return len(ask("list", "--json", *options).json("list")["runs"])

    assert count() == 2
    assert count("--tag", "a") == 1
    assert count("--tag", "none") == 0
    assert count("--since", "2026-11-24") == 1
    assert count("--since", "2026-11-23 17:46:40") == 2
    assert count("--limit", 1) == 1
    assert count("--state", "ended") == 2
    assert count("--text", "TRAIN.py") == 2
    bad = ask("list", "--since", "yesterday")
    assert bad.code == 2 and "7d" in bad.error_line()
    assert ask("list", "--state", "dead").code == 2


def test_show_gives_epochs_with_provenance_and_forecasts_with_outcome(ask, make):
    folder = make(title="a title")
    text = ask("show", "last").out
    assert "Energy 68.00 kJ ± 3.842 kJ (modelled)" in text, "the meters' errors included"
    assert "gpu0 (NVIDIA H200): 60.00 kJ ± 3.000 J, counter, the meter within 5 %" in text
    assert "cpu (a CPU): 8.000 kJ ± 4.000 J, modelled, the meter within 30 %" in text
    assert "gpu0, counter" in text and "cpu, modelled" in text
    assert "after 10 % (epoch 1): 74.80 kJ" in text and "+10.00 %" in text
    assert "after 50 % (epoch 5)" in text and "+2.00 %" in text
    assert "CO2: 3.944 g at 174 g/kWh (Spain 2023), PUE 1.2 (given)" in text
    assert "Note at 1.0 s: a note" in text
    document = ask("show", folder.name, "--json").json("show")
    assert document["id"] == folder.name
    assert document["state"] == "ended"
    assert document["total"] == {"energy_j": 68000, "cut_error_j": 5, "origin": "modelled", "uncovered_s": 0}
    assert document["meter_error_j"] == pytest.approx((3000**2 + 2400**2) ** 0.5)
    assert document["devices"][0]["measured"]["origin"] == "counter"
    epoch = document["epochs"][4]
    assert epoch["number"] == 5 and epoch["energy_j"] == 6800
    assert [d["energy_j"] for d in epoch["devices"]] == [6000, 800]
    assert [round(c["error"], 6) for c in document["forecasts_against_outcome"]] == [0.1, 0.05, 0.02]
    assert len(document["forecasts"]) == 10
    assert document["windows"][0]["name"] == "warm-up"
    assert document["footprint"]["grams_co2e"] == pytest.approx(3.944)
    assert document["start"]["command"] == ["python", "train.py", "--token", "***"]


def test_an_interrupted_run_says_so(ask, make):
    folder = make(die=45)
    text = ask("show", folder).out
    assert "interrupted" in text.splitlines()[0]
    assert "what there is up to 45.00 s" in text
    assert "The last projection, after epoch 2" in text
    document = ask("show", "last", "--json").json("show")
    assert document["state"] == "interrupted" and document["exit_code"] is None
    assert document["forecasts_against_outcome"] == []
    assert document["total"]["energy_j"] == pytest.approx(45 * 340, rel=0.02)
    assert document["total"]["origin"] == "modelled"


def test_a_run_folder_is_a_run_for_every_command(joulecast, make, tmp_path):
    folder = make()
    document = joulecast("import", folder, "--json").json("import")
    assert document["run"]["format"] == "run"
    assert document["run"]["samples"] == 4002
    assert document["plan"] == {"unit": "epochs", "total": 10}
    assert [e["energy_j"] for e in document["epochs"]] == [6800] * 10
    assert document["devices"][0]["origin"] == "counter"
    assert joulecast("project", folder, "--json").json("projection")["measured"]["energy_j"] == 68000
    assert joulecast("project", folder / "events.jsonl").code == 0
    assert joulecast("stability", folder, "--json").code == 0
    assert joulecast("import", folder, "-o", tmp_path / "recording").code == 0
    again = joulecast("import", tmp_path / "recording", "--json").json("import")
    assert again["devices"][0]["samples"] == 2001
    assert again["run"]["start_unix_s"] == START
    assert "name the folder" in joulecast("import", "--format", "run", folder / "samples.zst").error_line()


def test_a_run_cut_off_is_a_run_too(joulecast, make):
    run = joulecast("import", make(die=45), "--json").json("import")
    assert len(run["epochs"]) == 2
    assert "the run was interrupted: this is what there is up to 45.0 s" in run["run"]["notes"]


def test_export_csv(ask, make):
    make()
    make(start=START + DAY_S, die=5)
    rows = list(csv.DictReader(io.StringIO(ask("export", "last~1", "last").out)))
    assert len(rows) == 11
    assert rows[0]["epoch"] == "1" and float(rows[0]["energy_j"]) == 6800
    assert float(rows[0]["gpu_j"]) == 6000 and float(rows[0]["cpu_j"]) == 800 and rows[0]["ram_j"] == ""
    assert rows[0]["origin"] == "modelled" and float(rows[0]["cut_error_j"]) == 5
    assert rows[10]["epoch"] == "" and float(rows[10]["energy_j"]) == pytest.approx(5 * 345, rel=0.05)


def test_export_codecarbon_reads_back_the_same(ask, make, joulecast, tmp_path):
    make(title="digits")
    file = tmp_path / "emissions.csv"
    assert ask("export", "last", "--format", "codecarbon", "-o", file).code == 0
    (row,) = csv.DictReader(file.open())
    assert row["project_name"] == "digits" and row["timestamp"] == "2026-11-23T17:50:00"
    assert float(row["energy_consumed"]) == pytest.approx(68000 / 3.6e6)
    assert float(row["emissions"]) == pytest.approx(0.003944)
    assert float(row["gpu_energy"]) + float(row["cpu_energy"]) == pytest.approx(float(row["energy_consumed"]))
    assert float(row["gpu_power"]) == pytest.approx(300)
    (epoch,) = joulecast("import", file, "--json").json("import")["epochs"]
    assert epoch["energy_j"] == pytest.approx(68000)
    assert ask("export", "last", "-o", file).code == 1, "an existing file stays as it is"


def test_export_json(ask, make):
    make()
    make(start=START + DAY_S)
    document = ask("export", "last", "last~1", "--format", "json").json("export")
    schema = json.loads((REPOSITORY / "docs" / "schema" / "show-1.json").read_text())
    for run in document["runs"]:
        jsonschema.validate(run, schema)


def test_tags_are_put_on_and_taken_off(ask, make):
    make(tag="draft")
    assert ask("tag", "last", "baseline", "-draft").out.endswith(": baseline\n")
    assert len(ask("list", "--tag", "baseline", "--json").json("list")["runs"]) == 1
    assert ask("list", "--tag", "draft", "--json").json("list")["runs"] == []
    assert ask("tag", "last").code == 2
    assert "no tag" in ask("tag", "last", "a b").error_line()


def test_delete_asks_or_refuses(ask, make, store):
    first, second = make(), make(start=START + DAY_S)
    refused = ask("delete", "last")
    assert refused.code == 2 and "--yes" in refused.error_line()
    assert ask("delete", "last", "nothing", "--yes").code == 1
    assert first.exists() and second.exists()
    assert ask("delete", "last", "last~1", "--yes").code == 0
    assert not first.exists() and not second.exists()
    assert ask("list", "--json").json("list")["runs"] == []


def test_delete_of_odd_names(ask, make, store):
    first, second = make(), make(start=START + DAY_S)
    twice = ask("delete", "last", second.name, "last", "--yes")
    assert twice.code == 0 and twice.out == f"Deleted {second}\n"
    assert "there is no run ''" in ask("delete", "", "--yes").error_line()
    (first / "events.jsonl").write_bytes(b"")
    assert "delete the folder" in ask("list").out
    assert ask("delete", first.name, "--yes").code == 0
    assert not first.exists() and ask("list", "--json").json("list")["notes"] == []


def test_delete_tells_what_it_did_before_it_failed(ask, make):
    first, second = make(), make(start=START + DAY_S)
    (second / "mine").write_text("x")
    done = ask("delete", "last", "last~1", "--yes")
    assert done.code == 1 and done.out == f"Deleted {first}\n" and "holds other files" in done.err


def lose_gpu(folder, uncovered_s):
    """The run's end says that its first device was not measured for so long."""
    *lines, end = (folder / "events.jsonl").read_text().splitlines()
    body = json.loads(end)
    del body["crc32"]
    body["devices"][0]["uncovered_s"] = uncovered_s
    text = json.dumps(body, separators=(",", ":"))[:-1]
    end = f'{text},"crc32":"{zlib.crc32(text.encode()):08x}"}}'
    (folder / "events.jsonl").write_text("\n".join([*lines, end, ""]))


def test_uncovered_time_is_seen(ask, make):
    lose_gpu(make(), 80)
    lose_gpu(make(start=START + DAY_S), 200)
    text = ask("list").out
    assert text.count("J *") == 2 and "is not covered and its energy is missing" in text
    runs = ask("list", "--json").json("list")["runs"]
    assert [run["uncovered_s"] for run in runs] == [200, 80]
    whole, part = csv.DictReader(io.StringIO(ask("export", "last", "last~1", "--format", "codecarbon").out))
    assert whole["gpu_energy"] == whole["energy_consumed"] == whole["emissions"] == "" and whole["cpu_energy"]
    assert whole["uncovered_s"] == "200" and part["uncovered_s"] == "80"
    assert float(part["energy_consumed"]) > 0
    assert "gpu0 (NVIDIA H200): -, counter" in ask("show", "last").out
    assert ask("show", "last", "--json").json("show")["total"]["uncovered_s"] == 200


@pytest.mark.parametrize("answer,stays", [("y\n", False), ("n\n", True), ("\n", True)])
def test_delete_asks_on_a_terminal(make, store, answer, stays):
    folder = make()
    master, terminal = pty.openpty()
    os.write(master, answer.encode())
    done = subprocess.run([COMMAND, "delete", "last", "--store", store], stdin=terminal,
                          capture_output=True, text=True, timeout=60)
    os.close(terminal)
    os.close(master)
    assert done.returncode == 0, done.stderr
    assert "[y/N]" in done.stderr
    assert folder.exists() == stays


def test_a_run_under_way_is_seen_and_not_deleted(ask, store):
    writer = subprocess.Popen([MAKE_RUN, store, "wait=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(writer.stdout.readline().strip())
    while ask("list", "--json").json("list")["runs"][0]["epochs"] < 10:
        pass
    (run,) = ask("list", "--json").json("list")["runs"]
    assert run["state"] == "running"
    assert run["energy_j"] == pytest.approx(68000, rel=0.01)
    assert "being written" in ask("delete", "last", "--yes").error_line()
    writer.communicate("")
    assert folder.exists()
    assert ask("list", "--json").json("list")["runs"][0]["state"] == "ended"


def test_two_hosts_share_a_store(ask, make):
    make(host="node1")
    make(host="node2", boot="another", die=20)
    runs = {run["host"]: run for run in ask("list", "--json").json("list")["runs"]}
    assert runs["node1"]["state"] == "ended"
    assert runs["node2"]["state"] == "running", "nobody here can know that it is not"


def test_index_is_made_anew_and_a_damaged_one_is_no_obstacle(ask, make, store):
    make()
    assert ask("list").code == 0
    (store / "index.sqlite").write_bytes(b"\x00garbage" * 1000)
    document = ask("list", "--json").json("list")
    assert len(document["runs"]) == 1
    assert document["notes"] == ["the index was damaged and has been made anew"]
    assert ask("index").out == "1 runs\n"
    (store / "index.sqlite").unlink()
    assert ask("list", "--json").json("list")["notes"] == []


def test_a_damaged_run_is_told_and_the_others_are_listed(ask, make):
    broken = make()
    make(start=START + DAY_S)
    (broken / "events.jsonl").write_bytes(b"\xff\xfe nonsense\n")
    document = ask("list", "--json").json("list")
    assert len(document["runs"]) == 1
    assert "no line of it is usable" in document["notes"][0]
    assert "no line of it is usable" in ask("list").out


def test_no_secret_is_on_the_disk_or_on_the_screen(ask, make, store):
    make()
    for command in (["list"], ["show", "last"], ["show", "last", "--json"], ["export", "last", "--format", "json"]):
        assert "hunter2" not in ask(*command).out
    for file in store.rglob("*"):
        if file.is_file():
            assert b"hunter2" not in file.read_bytes(), file


def test_a_store_that_is_a_file_or_unknown(joulecast, write, make):
    assert "this is a file" in joulecast("list", "--store", write("file", "x")).error_line()
    nowhere = joulecast("list", env={"HOME": "", "XDG_DATA_HOME": "", "JOULECAST_STORE": ""})
    assert nowhere.code == 1 and "--store" in nowhere.error_line()
    assert "did you mean" in joulecast("show", make().name[:-1] + "9", "--store", make().parent).error_line()

"""joulecast run: a training measured, projected and recorded."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import conftest
from fake_gpus import FAKE, TRAINING, fake_gpus, wave_energy

WAVE = "wave=300W*0.7s,80W*0.3s"

# What goes wrong, and a word of what the record must say about it.
FAULTS = {
    "gpu lost": (f"{WAVE} fault=gpu-lost@2s", "lost"),
    "permission lost": (f"{WAVE} fault=no-permission@2s", "permit"),
    "counter reset": (f"{WAVE} fault=counter-reset@2s", "counter"),
    "counter stuck": (f"{WAVE} fault=counter-stuck@1s", "counter"),
    "counter not supported": (
        f"{WAVE} fault=not-supported:nvmlDeviceGetTotalEnergyConsumption", None),
    "unreadable for a second": (f"{WAVE} fault=unreadable@2s+1s", None),
}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def run(joulecast, store):
    """run("--epochs", 3, "--", "python3", ...): with a store of its own."""

    def call(*arguments, env=None):
        return joulecast("run", "--store", store, *arguments, env=env)

    return call


@pytest.fixture
def last(joulecast, store):
    """What the store holds of the last run."""
    return lambda: joulecast("show", "last", "--store", store, "--json").json("show")


def training(epochs, seconds):
    return ["--", sys.executable, "-c", TRAINING, epochs, seconds]


def test_epochs_are_measured_by_the_counter(run, last):
    done = run("--sources", "nvml", *training(4, 1.35), env=fake_gpus(f"gpus=2 {WAVE} phase=0.3s"))
    assert done.code == 0, done.err
    record = last()
    edges = [tuple(map(float, line.split())) for line in done.out.splitlines()]
    assert len(edges) == len(record["epochs"]) == 4
    for (begin_s, end_s), epoch in zip(edges, record["epochs"]):
        truth_j = wave_energy(begin_s, end_s) + wave_energy(begin_s - 0.3, end_s - 0.3)
        assert epoch["energy_j"] == pytest.approx(truth_j, rel=0.04)
        assert epoch["origin"] == "counter"
    assert [device["origin"] for device in record["devices"]] == ["counter", "counter"]
    assert record["forecasts"], "a plan was marked, so it is projected"


@pytest.mark.parametrize("name", FAULTS)
def test_faults_leave_the_training_alone_and_are_told(run, last, name):
    description, word = FAULTS[name]
    done = run("--sources", "nvml", *training(3, 1.2), env=fake_gpus(description))
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 3
    record = last()
    notes = " ".join(note["text"] for note in record["notes"])
    if word:
        assert word in notes, notes
    for epoch in record["epochs"]:
        # Either it was measured, or it says that it was not: never a silent zero.
        assert epoch["energy_j"] is None or epoch["energy_j"] > 50.0
        if epoch["energy_j"] is None:
            assert sum(part["uncovered_s"] for part in epoch["devices"]) > 0.0


def test_a_library_without_newer_symbols_still_measures(run, last):
    env = fake_gpus(WAVE, LD_LIBRARY_PATH=str(FAKE / "old"))
    done = run("--sources", "nvml", *training(2, 1.0), env=env)
    assert done.code == 0, done.err
    assert [device["origin"] for device in last()["devices"]] == ["integrated"]


def test_a_driver_that_does_not_load_is_told(run, last):
    done = run("--sources", "nvml", *training(2, 0.3), env=fake_gpus("init-fails=DRIVER_NOT_LOADED"))
    assert done.code == 0, done.err
    record = last()
    assert record["devices"] == []
    assert not record["total"]
    assert record["notes"]


def test_two_thousand_steps_of_one_epoch_are_projected(run, last):
    steps = """
import os, socket, time
link = socket.socket(socket.AF_UNIX)
link.connect(os.environ["JOULECAST_SOCKET"])
def mark(line):
    link.sendall(line.encode() + b"\\n")
    link.recv(1000)
time.sleep(0.3)
mark("plan epochs=1 steps=2000")
for step in range(1, 2001):
    time.sleep(0.004)
    mark("step %d" % step)
"""
    done = run("--sources", "nvml", "--", sys.executable, "-c", steps, env=fake_gpus("wave=200W*1s"))
    assert done.code == 0, done.err
    record = last()
    assert record["plan"]["unit"] == "steps"
    forecasts = record["forecasts"]
    assert len(forecasts) >= 4
    assert forecasts[len(forecasts) // 2]["energy_j"] == pytest.approx(record["total"]["energy_j"], rel=0.15)


def test_a_budget_stops_what_cannot_fit(run, last):
    done = run("--sources", "nvml", "--budget", "1kJ", "--on-exceed", "stop", "--epochs", 50,
               *training(50, 0.5), env=fake_gpus("wave=400W*1s"))
    assert done.code == -signal.SIGTERM
    assert "over budget" in done.err
    assert any("over budget" in note["text"] for note in last()["notes"])


def test_a_budget_can_be_an_exit_code(run):
    options = ["--sources", "nvml", "--budget", "0.1kJ", "--on-exceed", "exit-code"]
    env = fake_gpus("wave=400W*1s")
    assert run(*options, *training(3, 0.5), env=env).code == 3
    # The training's own failure is not covered up.
    failing = ["--", "sh", "-c", "sleep 1.5; exit 7"]
    assert run(*options, *failing, env=env).code == 7


def test_epochs_are_found_in_the_output(run, last):
    script = "for i in 1 2 3 4; do sleep 0.5; echo \"epoch $i/4 loss 0.$i\"; done"
    done = run("--sources", "nvml", "--epoch-pattern", r"epoch (?P<epoch>\d+)/(?P<epochs_total>\d+) loss (?P<loss>\S+)",
               "--", "sh", "-c", script, env=fake_gpus("wave=200W*1s"))
    assert done.code == 0, done.err
    assert done.out == "".join(f"epoch {i}/4 loss 0.{i}\n" for i in range(1, 5))
    record = last()
    assert [epoch["loss"] for epoch in record["epochs"]] == [0.1, 0.2, 0.3, 0.4]


def test_buffered_output_is_no_basis_for_a_budget(run, last):
    script = "sleep 1; printf 'epoch 1\\nepoch 2\\nepoch 3\\n'; sleep 1.5"
    done = run("--sources", "nvml", "--epochs", 6, "--epoch-pattern", r"epoch (?P<epoch>\d+)",
               "--budget", "0.7kJ", "--on-exceed", "stop", "--", "sh", "-c", script,
               env=fake_gpus("wave=200W*1s"))
    assert done.code == 0, done.err
    assert "PYTHONUNBUFFERED" in done.err
    assert any("PYTHONUNBUFFERED" in note["text"] for note in last()["notes"])


def test_a_pattern_that_matches_nothing_is_told(run):
    done = run("--sources", "nvml", "--epoch-pattern", r"EPOCH (?P<epoch>\d+)", "--", "echo", "epoch 1",
               env=fake_gpus("wave=200W*1s"))
    assert done.code == 0
    assert "matched nothing" in done.err


def test_power_alone_measures_a_short_run(run, last):
    """A sensor that averages over a second knows nothing of the start until later."""
    done = run("--sources", "nvml", "--", "sleep", 2.5,
               env=fake_gpus("architecture=ampere wave=200W*1s "
                             "fault=not-supported:nvmlDeviceGetTotalEnergyConsumption"))
    assert done.code == 0, done.err
    assert last()["total"]["energy_j"] == pytest.approx(500, rel=0.05)


def test_secrets_are_stored_nowhere(run, store):
    secret = "hf_" + "Q7wErTyUiOpAsDfGhJkLzXcVbNm012345"
    done = run("--title", f"with {secret}", "--", "sh", "-c", "exit 0", "--token", secret,
               f"https://user:{secret}@example.org/data", env={"HF_TOKEN": secret})
    assert done.code == 0, done.err
    for file in store.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


def test_a_killed_joulecast_leaves_the_training_and_its_record(joulecast, store, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [conftest.COMMAND, "run", "--quiet", "--store", store, *map(str, training(4, 0.6))],
        stdout=out.open("wb"), env={**os.environ, **fake_gpus(WAVE)})
    time.sleep(2.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(2.5)
    # The training went on by itself: its marks found nobody, its output went where it should.
    assert out.read_text().count("\n") >= 1
    listed = joulecast("list", "--store", store, "--json").json("list")
    assert listed["runs"][0]["state"] == "interrupted"
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    assert record["state"] == "interrupted"
    assert len(record["epochs"]) >= 1
    imported = joulecast("import", store / record["id"])
    assert imported.code == 0, imported.err


def test_a_store_that_cannot_be_written_does_not_stop_the_training(joulecast, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    done = joulecast("run", "--store", tmp_path / "file", "--", "sh", "-c", "echo trained")
    assert done.code == 0
    assert done.out == "trained\n"
    assert "no record is kept" in done.err


def test_a_full_disk_does_not_stop_the_training(joulecast, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", small], check=False).returncode != 0:
        pytest.skip("needs to mount a small file system")
    try:
        done = joulecast("run", "--store", small, *training(12, 0.25),
                         env=fake_gpus(f"gpus=8 {WAVE}"))
        assert done.code == 0, done.err
        assert len(done.out.splitlines()) == 12
        assert "the record" in done.err
    finally:
        subprocess.run(["umount", small], check=True)


def fake_sys(tmp_path, *options):
    """A fake /sys and /proc, as tools/fake_sys makes it."""
    tree = tmp_path / "tree"
    make = [sys.executable, conftest.REPOSITORY / "tools" / "fake_sys" / "make_tree.py", tree]
    return tree, subprocess.Popen([*map(str, make), *map(str, options)])


def test_rapl_counters_that_wrap(joulecast, store, tmp_path):
    tree, mover = fake_sys(tmp_path, "--run", 8, "--wave", "100:1", "--range-uj", 300_000_000)
    time.sleep(0.5)
    done = joulecast("run", "--store", store, "--sources", "rapl", "--sys-root", tree,
                     *training(3, 1.2))
    mover.wait()
    assert done.code == 0, done.err
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    # The counter wraps every three seconds.
    for epoch in record["epochs"]:
        assert epoch["devices"][0]["energy_j"] == pytest.approx(120, rel=0.1)


def test_rapl_that_goes_away(joulecast, store, tmp_path):
    tree, mover = fake_sys(tmp_path, "--run", 3, "--wave", "100:1")
    time.sleep(0.5)
    process = subprocess.Popen(
        [conftest.COMMAND, "run", "--quiet", "--store", store, "--sources", "rapl", "--sys-root",
         tree, *map(str, training(3, 1.5))], stdout=subprocess.PIPE)
    mover.wait()  # From here on the counter stands still.
    out, _ = process.communicate()
    assert process.returncode == 0
    assert len(out.splitlines()) == 3
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    assert record["epochs"][-1]["energy_j"] is None or record["notes"]


def test_a_stopped_joulecast_goes_on_and_says_so(joulecast, store):
    process = subprocess.Popen(
        [conftest.COMMAND, "run", "--quiet", "--store", store, "--sources", "nvml",
         *map(str, training(4, 1.2))], stdout=subprocess.PIPE,
        env={**os.environ, **fake_gpus("wave=200W*1s")})
    time.sleep(2)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.8)
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert len(out.splitlines()) == 4
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    # The counter knows what was drawn meanwhile.
    for epoch in record["epochs"]:
        assert epoch["energy_j"] == pytest.approx(200 * (epoch["end_s"] - epoch["start_s"]), rel=0.03)
    assert any("stopped" in note["text"] or "polled" in note["text"] for note in record["notes"])


def test_replays_a_recording_with_its_epochs(joulecast, store):
    done = joulecast("run", "--store", store, "--replay", conftest.RECORDED / "lstm", "--speed", 100)
    assert done.code == 0, done.err
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    assert len(record["epochs"]) == 48
    assert record["total"]["energy_j"] == pytest.approx(1159, rel=0.02)


def test_a_lost_gpu_in_a_replay_is_explained(joulecast, store):
    done = joulecast("run", "--store", store, "--replay", conftest.RECORDED / "lstm", "--speed", 200,
                     "--counters", "--fault", "gpu-lost@30s,counter-reset@10s")
    assert done.code == 0, done.err
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    assert any("lost" in note["text"] for note in record["notes"])
    assert record["epochs"][-1]["energy_j"] is None


@pytest.mark.parametrize("arguments, word", [
    (["run"], "which command"),
    (["run", "--budget", "2 bananas", "--", "true"], "budget"),
    (["run", "--budget", "3EUR", "--", "true"], "price"),
    (["run", "--country", "Atlantis", "--", "true"], "Atlantis"),
    (["run", "--sources", "nvlm", "--no-record", "--epochs", "x", "--", "true"], "epochs"),
    (["run", "--epoch-pattern", "epoch (", "--", "true"], "pattern"),
    (["run", "--phases", "10,20", "--epochs", "15", "--", "true"], "phases"),
    (["run", "--replay", "nowhere", "--speed", "2"], "nowhere"),
    (["run", "--replay", "nowhere", "--speed", "2", "--", "true"], "speed"),
    (["run", "--fault", "gpu-last@3s", "--replay", str(conftest.RECORDED / "lstm")], "gpu-lost"),
])
def test_a_bad_command_line_is_one_line(joulecast, arguments, word):
    done = joulecast(*arguments)
    assert done.code == 2
    assert word in done.error_line()


def test_doctor_reads_fake_gpus(joulecast):
    report = joulecast("doctor", "--trial", 1, "--json", env=fake_gpus("gpus=2")).json("doctor")
    gpus = [reading for reading in report["readings"] if reading["kind"] == "gpu"]
    assert [gpu["power_w"] for gpu in gpus] == pytest.approx([300.0, 300.0], rel=0.05)
    assert gpus[0]["update_period_s"] == pytest.approx(0.1, rel=0.1)


def test_doctor_with_nothing_to_read(joulecast, tmp_path):
    done = joulecast("doctor", "--trial", 0.3, "--sys-root", tmp_path / "empty")
    assert done.code == 0, done.err
    assert "absent" in done.out
    report = joulecast("doctor", "--trial", 0.3, "--sys-root", tmp_path / "empty", "--json")
    assert all(source["state"] != "works" or source["devices"]
               for source in report.json("doctor")["sources"])


def test_a_wall_meter_calibrates(joulecast, store, tmp_path):
    env = {**fake_gpus("wave=100W*1s"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    loaded = {**env, "JOULECAST_FAKE_GPU": "wave=300W*1s"}
    for environment in (env, loaded):
        done = joulecast("run", "--store", store, "--sources", "nvml", "--", "sleep", 2, env=environment)
        assert done.code == 0, done.err

    def wall_j(name):
        record = joulecast("show", name, "--store", store, "--json").json("show")
        return 40.0 * record["duration_s"] + 1.1 * record["total"]["energy_j"]

    made = joulecast("calibrate", "--store", store, "--json", f"last~1={wall_j('last~1')}J",
                     f"last={wall_j('last')}J", env=env).json("calibration")
    assert made["c0_w"] == pytest.approx(40.0, rel=1e-3)
    assert made["c1"] == pytest.approx(1.1, rel=1e-3)
    done = joulecast("run", "--store", store, "--sources", "nvml", "--", "sleep", 1, env=env)
    assert "at the wall" in done.err
    assert joulecast("calibrate", "--remove", env=env).code == 0
    assert joulecast("calibrate", "--show", env=env).code == 1


def test_a_real_pytorch_training(joulecast, store):
    example = conftest.REPOSITORY / "examples" / "pytorch" / "train.py"
    if subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode:
        pytest.skip("needs python3-torch")
    done = joulecast("run", "--store", store, "--", "/usr/bin/python3", example, "--epochs", 12)
    assert done.code == 0, done.err
    record = joulecast("show", "last", "--store", store, "--json").json("show")
    assert len(record["epochs"]) == 12
    assert all(epoch["energy_j"] > 0.0 for epoch in record["epochs"])
    assert all(epoch["val_loss"] > 0.0 for epoch in record["epochs"])
    assert record["software"].get("torch"), "the framework is found without touching the training"
    assert json.dumps(record)

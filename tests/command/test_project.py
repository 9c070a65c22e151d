"""joulecast project: the published rules, end to end."""

import math

import pytest

from conftest import RECORDED, epochs_csv

ENERGIES = [50.0, 70.0, 100.0, 110.0, 105.0, 95.0]


def project(joulecast, path, *options):
    return joulecast("project", path, *options, "--json").json("projection")


def test_step_epoch_by_hand(joulecast, write):
    run = write("epochs.csv", epochs_csv(ENERGIES))
    document = project(joulecast, run, "--method", "step-epoch", "--stabilizing-epoch", 2, "--window", 2,
                       "--epochs", 10)
    projections = document["projections"]
    assert [p["epoch"] for p in projections] == [1, 2, 3, 4, 5, 6]
    assert all(p["energy_j"] is None for p in projections[:3])
    assert projections[3]["energy_j"] == pytest.approx(50 + 70 + 8 * 105, rel=1e-12)
    assert projections[3]["duration_s"] == pytest.approx(100, rel=1e-12)
    assert projections[5]["energy_j"] == projections[3]["energy_j"]
    assert projections[3]["provenance"]["told"] == ["epochs: 10 (planned, by --epochs)"]
    assert document["measured"]["complete"] is False
    assert document["measured"]["energy_j"] == pytest.approx(sum(ENERGIES))


def test_without_epochs_the_recording_tells_its_own_count_and_says_so(joulecast, write):
    run = write("epochs.csv", epochs_csv(ENERGIES))
    document = project(joulecast, run, "--method", "first-epochs", "--first", 2)
    assert document["projections"][0]["energy_j"] is None
    assert document["projections"][1]["energy_j"] == pytest.approx(6 * 60)
    assert document["projections"][1]["provenance"]["told"] == ["epochs: 6 (true count of the recording)"]
    assert document["measured"]["complete"] is True


def test_step_power_is_told_the_true_duration(joulecast, write):
    run = write("epochs.csv", epochs_csv(ENERGIES))
    document = project(joulecast, run, "--method", "step-power", "--stabilizing-epoch", 2, "--window", 2)
    assert document["projections"][3]["energy_j"] == pytest.approx(10.5 * 60)
    assert document["projections"][3]["provenance"]["told"] == [
        "duration: 60 s (true duration of the recording)"]


def test_step_power_of_an_unfinished_training_needs_a_duration(joulecast, write):
    run = write("epochs.csv", epochs_csv(ENERGIES))
    assert "--duration SECONDS" in joulecast("project", run, "--method", "step-power", "--epochs", 20).error_line()
    document = project(joulecast, run, "--method", "step-power", "--epochs", 20, "--duration", 200,
                       "--stabilizing-epoch", 2, "--window", 2)
    assert document["projections"][3]["energy_j"] == pytest.approx(2100)


def test_projection_k_uses_nothing_after_epoch_k(joulecast, write):
    full = write("full.csv", epochs_csv(ENERGIES * 4))
    whole = project(joulecast, full, "--method", "step-epoch", "--epochs", 24)["projections"]
    for k in (1, 11, 15, 20):
        part = write("part.csv", epochs_csv((ENERGIES * 4)[:k]))
        assert project(joulecast, part, "--method", "step-epoch", "--epochs", 24)["projections"] == whole[:k]


def test_a_single_epoch_gives_nulls_and_no_error(joulecast, write):
    run = write("epochs.csv", epochs_csv([50.0]))
    document = project(joulecast, run, "--method", "step-epoch", "--epochs", 30)
    assert document["projections"][0]["energy_j"] is None


def test_samples_with_marks_in_a_file_of_their_own(joulecast, write):
    samples = write("samples.csv", "time_s,power_w\n" + "".join(f"{t / 10},{100 + t // 100}\n" for t in range(401)))
    marks = write("marks.csv", "epoch,start_s,end_s\n1,0,10\n2,10,20\n3,20,30\n4,30,40\n")
    document = project(joulecast, samples, "--epoch-marks", marks, "--method", "first-epochs")
    assert document["run"]["samples"] == 401
    # 100 W for ten seconds; the edge to 101 W is half a sampling interval wide.
    assert document["projections"][0]["energy_j"] == pytest.approx(4 * 1000, rel=1e-4)
    assert document["measured"]["provenance"]["origins"] == ["integrated"]


def test_a_recording_without_marks_says_what_to_give(joulecast, write):
    samples = write("samples.csv", "time_s,power_w\n" + "".join(f"{t},100\n" for t in range(50)))
    assert "--epoch-marks FILE" in joulecast("project", samples).error_line()


@pytest.mark.parametrize("name", sorted(p.name for p in RECORDED.iterdir() if p.is_dir()))
def test_the_shipped_recordings(joulecast, name):
    document = project(joulecast, RECORDED / name, "--method", "step-epoch")
    measured = document["measured"]
    assert measured["provenance"]["origins"] == ["modelled"], "no meter stood by: the power is a model's"
    assert measured["uncovered_s"] < 0.01 * measured["duration_s"]
    last = document["projections"][-1]
    assert last["energy_j"] is not None
    assert math.isclose(last["energy_j"], measured["energy_j"], rel_tol=0.25)


def test_the_screen_of_a_recording(joulecast):
    outcome = joulecast("project", RECORDED / "cnn-digits")
    assert outcome.code == 0
    assert "\x1b" not in outcome.out, "colours are for terminals"
    assert "modelled" in outcome.out
    assert "Projected total" in outcome.out
    assert "After 15 epochs step-epoch projected" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 100


@pytest.mark.parametrize("options, words", [
    (["--epochs", "3"], "--epochs 3 is less than the 6 epochs"),
    (["--method", "step"], "there is no method 'step'"),
    (["--epochs", "0"], "--epochs"),
    (["--epochs", "many"], "--epochs"),
    (["--window", "0"], "--window"),
    (["--interval", "1"], "between 0 and 1"),
    (["--frobnicate"], "--frobnicate"),
])
def test_options_that_cannot_be(joulecast, write, options, words):
    run = write("epochs.csv", epochs_csv(ENERGIES))
    outcome = joulecast("project", run, *options)
    assert words in outcome.error_line()
    assert outcome.code in (1, 2)

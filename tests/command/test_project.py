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
    assert "After 1 epoch: " in outcome.out
    assert "shaded: 90 % interval" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 100


@pytest.mark.parametrize("options, words", [
    (["--epochs", "3"], "--epochs 3 is less than the 6 epochs"),
    (["--method", "step"], "step not in"),
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


# joulecast's own method


def noisy(n, level=100.0):
    """Epoch energies that scatter by one per cent, the same every time."""
    return [level * (1 + 0.01 * (((i * 7919) % 13) / 6 - 1)) for i in range(n)]


def test_joulecast_is_the_default_and_answers_from_the_first_epoch(joulecast, write):
    run = write("epochs.csv", epochs_csv(noisy(10)))
    projections = project(joulecast, run, "--epochs", 50)["projections"]
    assert {p["method"] for p in projections} == {"joulecast"}
    for projection in projections:
        assert projection["energy_low_j"] < projection["energy_j"] < projection["energy_high_j"]
        assert projection["duration_low_s"] <= projection["duration_s"] <= projection["duration_high_s"]
        assert projection["power_low_w"] <= projection["power_w"] <= projection["power_high_w"]
        assert {part["cause"] for part in projection["interval_parts"]} >= {"noise", "drift"}
    width = [p["energy_high_j"] - p["energy_low_j"] for p in projections]
    assert width[-1] < 0.2 * width[0]
    assert projections[-1]["energy_j"] == pytest.approx(5000, rel=0.01)


def test_a_finished_run_is_certain(joulecast, write):
    last = project(joulecast, write("epochs.csv", epochs_csv(noisy(10))))["projections"][-1]
    assert last["energy_low_j"] == last["energy_j"] == last["energy_high_j"] == pytest.approx(sum(noisy(10)))


def test_a_wider_interval_for_more_coverage(joulecast, write):
    run = write("epochs.csv", epochs_csv(noisy(10)))
    ranges = []
    for coverage in (0.5, 0.9, 0.99):
        last = project(joulecast, run, "--epochs", 50, "--interval", coverage)["projections"][-1]
        assert last["interval"] == coverage
        ranges.append(last["energy_high_j"] - last["energy_low_j"])
    assert ranges == sorted(ranges) and ranges[0] < ranges[2]


def test_a_change_of_phase_is_found_and_can_be_declared(joulecast, write):
    run = write("epochs.csv", epochs_csv(noisy(10) + noisy(5, 250.0)))
    found = project(joulecast, run, "--epochs", 40)["projections"]
    outcome = 10 * 100 + 30 * 250
    assert found[9]["energy_j"] == pytest.approx(4000, rel=0.02), "nobody can know of the second phase"
    assert any("phase" in note for note in found[9]["notes"])
    assert found[12]["energy_j"] == pytest.approx(outcome, rel=0.02)
    declared = project(joulecast, run, "--epochs", 40, "--phases", "10,*")["projections"]
    assert declared[8]["energy_high_j"] > outcome, "a phase that is declared but not seen makes it wide"


def test_blocks_of_tokens(joulecast, write):
    rows = "".join(f"{i + 1},2.5,{energy},500000\n" for i, energy in enumerate(noisy(8)))
    run = write("blocks.csv", "block,duration_s,energy_j,tokens\n" + rows)
    document = project(joulecast, run, "--tokens", "2e7")
    assert document["projections"][-1]["energy_j"] == pytest.approx(4000, rel=0.02)
    assert document["measured"]["complete"] is False


def test_early_stopping_is_a_distribution(joulecast):
    rule = "patience=6,metric=val_loss,mode=min,max=60"
    document = project(joulecast, RECORDED / "lstm", "--early-stopping", rule)
    projections = document["projections"]
    energy = document["measured"]["energy_j"]
    inside = [p["energy_low_j"] <= energy <= p["energy_high_j"] for p in projections]
    assert sum(inside) >= 0.8 * len(inside)
    assert any(part["cause"] == "stopping" for part in projections[4]["interval_parts"])
    told = " ".join(projections[4]["provenance"]["told"])
    assert "patience 6" in told and "true" not in told, "nobody tells it the epoch count"
    assert document["measured"]["complete"] is True, "the rule has stopped it"
    running = project(joulecast, RECORDED / "lstm", "--early-stopping", "patience=30,max=90")
    assert running["measured"]["complete"] is False


def test_epochs_from_the_power_trace_alone(joulecast, write):
    def watts(t):
        inside = t % 40
        return (300 if inside < 33 else 120) + ((t * 7919) % 17)

    trace = write("samples.csv", "time_s,power_w\n" + "".join(f"{t},{watts(t)}\n" for t in range(1200)))
    document = project(joulecast, trace, "--detect-epochs", "--epochs", 60)
    assert document["measured"]["epochs"] in (28, 29, 30)
    per_epoch = document["measured"]["duration_s"] / document["measured"]["epochs"]
    assert per_epoch == pytest.approx(40, rel=0.005)
    assert any("found in the power trace" in note for note in document["run"]["notes"])
    assert "found in the whole recording's power" in " ".join(document["projections"][-1]["provenance"]["told"])


def test_epochs_from_a_log(joulecast, write):
    trace = write("power.csv", "timestamp, index, power.draw [W]\n" + "".join(
        f"2026/11/23 10:{t // 60:02}:{t % 60:02}.000, 0, 100.00 W\n" for t in range(600)))
    log = write("train.log", "".join(
        f"2026-11-23 10:{t // 60:02}:{t % 60:02} - Epoch {t // 60}/20 - val_loss: 0.{90 - t // 60}\n"
        for t in range(60, 600, 60)))
    document = project(joulecast, trace, "--epoch-log", log, "--epoch-pattern",
                       r"Epoch (?P<epoch>\d+)/\d+ - val_loss: (?P<val_loss>\S+)", "--epochs", 20)
    assert document["measured"]["epochs"] == 9
    assert document["projections"][-1]["energy_j"] == pytest.approx(120_000, rel=0.01)
    nothing = joulecast("project", trace, "--epoch-log", log, "--epoch-pattern", "Step", "--epochs", 20)
    assert "matches none of its 9 lines" in nothing.error_line()


def test_the_cone_as_a_picture(joulecast, write, tmp_path):
    import xml.etree.ElementTree
    joulecast("project", RECORDED / "transfer-digits", "--svg", tmp_path / "cone.svg")
    root = xml.etree.ElementTree.parse(tmp_path / "cone.svg").getroot()
    assert root.tag.endswith("svg")
    assert "cannot write" in joulecast("project", RECORDED / "lstm", "--svg", tmp_path / "no" / "x.svg").error_line()


@pytest.mark.parametrize("options, words", [
    (["--phases", "10,10", "--epochs", "40"], "make 20 epochs, but the training has 40"),
    (["--phases", "*"], "'*' is not the length of a phase"),
    (["--phases", "ten,*"], "'ten' is not the length of a phase"),
    (["--phases", "100,*", "--epochs", "40"], "nothing is left"),
    (["--early-stopping", "patience=none"], "--early-stopping: "),
    (["--early-stopping", "patience=5,metric=auc,max=50"], "auc"),
    (["--epochs", "40", "--tokens", "5"], "--tokens"),
    (["--tokens", "5e9"], "does not say how many tokens"),
    (["--epoch-pattern", "x"], "--epoch-log"),
])
def test_plans_that_cannot_be(joulecast, write, options, words):
    header, *rows = epochs_csv(noisy(6)).splitlines()
    run = write("epochs.csv", "\n".join([header + ",loss"] + [row + ",0.5" for row in rows]) + "\n")
    assert words in joulecast("project", run, *options).error_line()

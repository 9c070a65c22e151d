"""joulecast stability: FLUSS, end to end."""

import math

from conftest import RECORDED


def test_a_change_of_shape_is_found(joulecast, write):
    def watts(t):
        return 100 + (20 * math.sin(t) if t < 300 else 20 * ((t % 7) < 3)) + 0.1 * ((t * 7919) % 13)

    trace = write("samples.csv", "time_s,power_w\n" + "".join(f"{t},{watts(t):.3f}\n" for t in range(600)))
    document = joulecast("stability", trace, "--json").json("stability")
    (regime,) = document["regimes"]
    assert abs(regime["index"] - 300) <= 15
    assert regime["time_s"] == regime["index"]
    assert document["stable_from"] == {"epoch": None, "time_s": regime["time_s"]}


def test_the_epoch_of_a_recording(joulecast):
    document = joulecast("stability", RECORDED / "cnn-digits", "--json").json("stability")
    assert document["device"] == "cpu", "the device that draws most is looked at"
    (regime,) = document["regimes"]
    epochs = (RECORDED / "cnn-digits" / "epochs.csv").read_text().splitlines()[1:]
    under_way = [int(number) for number, start, end, *_ in (row.split(",") for row in epochs)
                 if float(start) <= regime["time_s"] < float(end)]
    assert document["stable_from"]["epoch"] == (under_way[0] if under_way else None)


def test_one_regime_is_no_change(joulecast):
    document = joulecast("stability", RECORDED / "transfer-digits", "--regimes", 1, "--json").json("stability")
    assert document["regimes"] == [] and document["stable_from"] is None


def test_bad_input(joulecast, write):
    short = write("short.csv", "time_s,power_w\n0,1\n1,2\n2,3\n")
    assert "too few" in joulecast("stability", short).error_line()
    epochs = write("epochs.csv", "epoch,duration_s,energy_j\n1,1,1\n")
    assert "no power samples" in joulecast("stability", epochs).error_line()
    recording = RECORDED / "transfer-digits"
    assert "its devices are: cpu, ram" in joulecast("stability", recording, "--device", "gpu").error_line()
    assert "--window" in joulecast("stability", recording, "--window", 0).error_line()
    assert "window" in joulecast("stability", recording, "--window", 2).error_line()

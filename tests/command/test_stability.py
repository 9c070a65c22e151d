"""joulecast stability: FLUSS, end to end."""

import math

from conftest import RECORDED


def test_a_change_of_shape_is_found(joulecast, write):
    def watts(t):
        return 100 + (20 * math.sin(t) if t < 300 else 20 * ((t % 7) < 3)) + 0.1 * ((t * 7919) % 13)

    trace = write("samples.csv", "time_s,power_w\n" + "".join(f"{t},{watts(t):.3f}\n" for t in range(600)))
    document = joulecast("stability", trace, "--method", "fluss", "--json").json("stability")
    (regime,) = document["regimes"]
    assert abs(regime["index"] - 300) <= 15
    assert regime["time_s"] == regime["index"]
    assert document["stable_from"] == {"epoch": None, "time_s": regime["time_s"]}


def test_the_epoch_of_a_recording(joulecast):
    document = joulecast("stability", RECORDED / "cnn-digits", "--method", "fluss", "--json").json("stability")
    assert document["device"] == "cpu", "the device that draws most is looked at"
    (regime,) = document["regimes"]
    epochs = (RECORDED / "cnn-digits" / "epochs.csv").read_text().splitlines()[1:]
    under_way = [int(number) for number, start, end, *_ in (row.split(",") for row in epochs)
                 if float(start) <= regime["time_s"] < float(end)]
    assert document["stable_from"]["epoch"] == (under_way[0] if under_way else None)


def test_one_regime_is_no_change(joulecast):
    document = joulecast("stability", RECORDED / "transfer-digits", "--method", "fluss", "--regimes", 1, "--json").json("stability")
    assert document["regimes"] == [] and document["stable_from"] is None


def test_joulecasts_own_method_names_phase_and_confidence(joulecast):
    document = joulecast("stability", RECORDED / "transfer-digits", "--json").json("stability")
    assert document["method"] == "joulecast"
    assert document["regimes"][0]["epoch"] == 11, "the base is unfrozen there"
    assert document["stable"] is True
    assert document["stable_from"]["epoch"] > 11
    assert 0.5 < document["confidence"] <= 1


def test_bad_input(joulecast, write):
    def fluss_error(*arguments):
        return joulecast("stability", *arguments, "--method", "fluss").error_line()

    assert "too few" in fluss_error(write("short.csv", "time_s,power_w\n0,1\n1,2\n2,3\n"))
    assert "no power samples" in fluss_error(write("epochs.csv", "epoch,duration_s,energy_j\n1,1,1\n"))
    recording = RECORDED / "transfer-digits"
    assert "its devices are: cpu, ram" in fluss_error(recording, "--device", "gpu")
    assert "--window" in fluss_error(recording, "--window", 0)
    assert "window" in fluss_error(recording, "--window", 2)
    unmarked = write("samples.csv", "time_s,power_w\n" + "".join(f"{t},100\n" for t in range(50)))
    assert "no epoch marks" in joulecast("stability", unmarked).error_line()
    assert "choose joulecast or fluss" in joulecast("stability", unmarked, "--method", "magic").error_line()

"""joulecast calibrate host: how fast this host feeds a GPU."""

import json
import os
import platform

import pytest


@pytest.fixture
def host(joulecast, tmp_path):
    """joulecast calibrate host ..., with settings of its own."""
    return lambda *arguments, **env: joulecast(
        "calibrate", "host", *arguments, env={"XDG_CONFIG_HOME": str(tmp_path / "settings"), **env})


def test_measures_keeps_and_shows(host, tmp_path):
    made = host("--quick", "--force", "--json").json("host")
    assert made["host"] == platform.node()
    assert made["quick"] is True
    assert 1 <= made["cores"] <= len(os.sched_getaffinity(0))
    assert made["python_version"].startswith("3."), "the tests need a python3 themselves"
    assert made["images_per_s"] == pytest.approx(
        1e9 / (made["decode_ns_per_pixel"]["median"] * 500 * 375
               + made["augment_ns_per_pixel"]["median"] * 224 * 224))
    assert made["dispatch_relative"] == pytest.approx(made["python_dispatch_us"]["median"] / 20)
    (file,) = (tmp_path / "settings" / "joulecast").iterdir()
    assert file.name == f"host-{platform.node()}.json"
    assert json.loads(file.read_text()) == made, "the file is the same document"
    assert host("--show", "--json").json("host") == made
    text = host("--show").out
    for words in (platform.node(), "per operator", "Python 3.", "on one core", "GB/s", "(quick)"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100
    assert ("busy" in text) == (not made["quiet"])


def test_without_python(host):
    for options, env in ((["--no-python"], {}), ([], {"PATH": "/nonexistent"})):
        made = host("--quick", "--force", "--json", *options, **env).json("host")
        assert made["python_dispatch_us"] is None and made["python_version"] is None
        assert made["dispatch_relative"] == pytest.approx(made["dispatch_us"]["median"] / 20)
        assert "Python" not in host("--show").out


def test_a_folder_of_ones_own(host, joulecast, tmp_path):
    folder = tmp_path / "far" / "away"
    assert host("--quick", "--force", "--store", folder).code == 0
    assert [file.name for file in folder.iterdir()] == [f"host-{platform.node()}.json"]
    assert host("--show", "--store", folder).code == 0
    assert "there is no such file" in host("--show").error_line(), "it is not kept beside the wall's"
    # A store of runs is not disturbed by it.
    assert joulecast("list", "--store", folder, "--json").json("list")["runs"] == []


def test_a_busy_machine_is_refused_or_quiet(host, tmp_path):
    outcome = host("--quick")
    if outcome.code == 0:
        assert host("--show", "--json").json("host")["quiet"] is True
    else:
        assert outcome.code == 1
        line = outcome.error_line()
        assert line.startswith("the machine is busy") and "--force" in line
        assert not list((tmp_path / "settings" / "joulecast").iterdir()), "nothing is kept"


def test_bad_files_and_places(host, tmp_path):
    assert "calibrate host" in host("--show").error_line()
    folder = tmp_path / "settings" / "joulecast"
    folder.mkdir(parents=True)
    file = folder / f"host-{platform.node()}.json"
    for text in ("", "{", '{"schema": "joulecast.host/9"}', "\0" * 100):
        file.write_text(text)
        line = host("--show").error_line()
        assert file.name in line and "make it anew" in line
    (tmp_path / "taken").write_text("")
    outcome = host("--quick", "--force", "--store", tmp_path / "taken" / "in")
    assert outcome.code == 1 and "taken" in outcome.error_line()
    assert "HOME" in host("--show", XDG_CONFIG_HOME="", HOME="").error_line()


def test_words_of_the_other_calibration_are_refused(joulecast):
    for words in (["--show"], ["last=1Wh"], ["--json"], ["--store", "x"]):
        outcome = joulecast("calibrate", *words, "host")
        assert outcome.code == 2
        assert "follow it" in outcome.error_line()
    assert joulecast("calibrate", "host", "last=1Wh").code == 2
    # The store's folder of the environment is no such word.
    outcome = joulecast("calibrate", "host", "--show", "--store", "x", env={"JOULECAST_STORE": "y"})
    assert outcome.code == 1 and "no such file" in outcome.error_line()


def test_the_wall_calibration_is_as_it_was(joulecast, tmp_path):
    env = {"XDG_CONFIG_HOME": str(tmp_path / "settings")}
    outcome = joulecast("calibrate", env=env)
    assert outcome.code == 2 and "last=0.31kWh" in outcome.error_line()
    assert "no wall calibration" in joulecast("calibrate", "--show", env=env).error_line()
    outcome = joulecast("calibrate", "hosts", env=env)
    assert outcome.code == 1 and "RUN=ENERGY" in outcome.error_line()

"""joulecast hardware: the catalogue, one entry, this machine."""

import pytest

from fake_gpus import fake_gpus


def test_lists_the_gpus(joulecast):
    document = joulecast("hardware", "--json").json("hardware")
    names = [gpu["name"] for gpu in document["gpus"]]
    assert len(names) >= 120
    assert names == sorted(names)
    assert document["cpus"] == [] and document["machine"] is None


@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_the_list_keeps_to_the_terminal(joulecast, width):
    outcome = joulecast("hardware", env={"COLUMNS": str(width)})
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    # Names and the figures that matter are never cut; below their width lines are longer.
    assert max(map(len, lines)) <= max(width, 80)
    assert ("architecture" in lines[0]) == (width >= 80)
    assert ("chip" in lines[0]) == (width >= 120)
    assert any(line.startswith("RTX PRO 6000 Blackwell Server ") for line in lines)


def test_filters(joulecast):
    gpus = joulecast("hardware", "--vendor", "amd", "--json").json("hardware")["gpus"]
    assert {gpu["vendor"] for gpu in gpus} == {"AMD"}
    gpus = joulecast("hardware", "--architecture", "ada", "--json").json("hardware")["gpus"]
    assert {gpu["architecture"] for gpu in gpus} == {"Ada Lovelace"}
    gpus = joulecast("hardware", "--architecture", "rdna", "--json").json("hardware")["gpus"]
    assert {gpu["architecture"] for gpu in gpus} == {"RDNA", "RDNA 2", "RDNA 3", "RDNA 4"}
    both = joulecast("hardware", "--cpus", "--json").json("hardware")
    assert len(both["cpus"]) > 700 and len(both["gpus"]) >= 120
    intel = joulecast("hardware", "--cpus", "--vendor", "Intel", "--json").json("hardware")
    assert intel["gpus"] == [] and all(cpu["name"].startswith("Intel") for cpu in intel["cpus"])


def test_filters_that_leave_nothing(joulecast):
    for arguments in (["--vendor", "Intel"], ["--architecture", "Amper"]):
        outcome = joulecast("hardware", *arguments)
        assert outcome.code == 2
        assert "NVIDIA" in outcome.error_line()
    for arguments in (["T4", "--vendor", "NVIDIA"], ["--cpus", "--architecture", "Ada"]):
        outcome = joulecast("hardware", *arguments)
        assert outcome.code == 2
        assert "leave out" in outcome.error_line()


def test_shows_one_in_full(joulecast):
    outcome = joulecast("hardware", "NVIDIA GeForce RTX 3090")
    assert outcome.code == 0
    for words in ("RTX 3090", "GA102", "24 GB GDDR6X", "936.2 GB/s", "82 streaming multiprocessors",
                  "35.58", "71.16", "350 W", "100 W to 400 W", "gpus.toml"):
        assert words in outcome.out
    # Words that the shell did split are one name.
    assert joulecast("hardware", "rtx", "3090").out == outcome.out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_one_in_full_keeps_to_the_terminal(joulecast, width):
    outcome = joulecast("hardware", "A100", env={"COLUMNS": str(width)})
    assert max(map(len, outcome.out.splitlines())) <= width


def test_shows_a_gpu_of_a_cloud_and_a_cpu(joulecast):
    (gpu,) = joulecast("hardware", "p5.48xlarge", "--json").json("hardware")["gpus"]
    assert gpu["name"] == "H100 SXM5 80GB"
    assert gpu["peak_tflops"]["tensor_fp8"] == pytest.approx(1979)
    document = joulecast("hardware", "AMD EPYC 7763 64-Core Processor", "--json").json("hardware")
    assert [cpu["tdp_w"] for cpu in document["cpus"]] == [280]
    assert "280 W" in joulecast("hardware", "AMD", "EPYC", "7763").out


def test_unknown_names_get_the_nearest(joulecast):
    outcome = joulecast("hardware", "RTX 3091")
    assert outcome.code == 1
    assert "RTX 3090" in outcome.error_line()
    for name in ("", "\x1b[31m", "x" * 10000):
        outcome = joulecast("hardware", name)
        assert outcome.code == 1
        assert len(outcome.error_line()) < 400


@pytest.mark.parametrize("name, entry", [("EPYC 7742", "AMD EPYC 7742"), ("Core i9-9900K", "Intel Core i9-9900K"),
                                         ("Xeon 6248", "Intel Xeon Gold 6248")])
def test_cpus_by_the_words_that_tell_them_apart(joulecast, name, entry):
    document = joulecast("hardware", name, "--json").json("hardware")
    assert [cpu["name"] for cpu in document["cpus"]] == [entry]
    assert document["gpus"] == []


def test_near_names_of_both_catalogues(joulecast):
    for name in ("RTX3009", "RTX 3900"):
        assert "RTX 3090" in joulecast("hardware", name).error_line()
    assert "AMD EPYC 7742" in joulecast("hardware", "EPYC 7724").error_line()
    assert "means" in joulecast("hardware", "Xeon Gold").error_line()


def test_several_names(joulecast):
    document = joulecast("hardware", "A100", "H100", "EPYC 7742", "--json").json("hardware")
    assert [gpu["name"] for gpu in document["gpus"]] == ["A100 SXM4 40GB", "H100 SXM5 80GB"]
    assert [cpu["name"] for cpu in document["cpus"]] == ["AMD EPYC 7742"]
    assert "A100 H1000" in joulecast("hardware", "A100", "H1000").error_line()


def test_auto_names_the_gpus_of_this_machine(joulecast):
    env = fake_gpus('gpus=3 model="NVIDIA GeForce RTX 3090" architecture=ampere limit=280W '
                    'gpu2.model="NVIDIA Nonesuch 1"', CUDA_VISIBLE_DEVICES="0,1,2")
    machine = joulecast("hardware", "auto", "--json", env=env).json("hardware")
    assert [gpu["name"] for gpu in machine["gpus"]] == ["RTX 3090"]
    gpus = machine["machine"]["gpus"]
    assert [gpu["id"] for gpu in gpus] == ["gpu0", "gpu1", "gpu2"]
    assert [gpu["entry"] for gpu in gpus] == ["RTX 3090", "RTX 3090", None]
    assert gpus[0]["power_limit_w"] == 280
    assert machine["machine"]["memory_bytes"] > 1e8
    assert machine["machine"]["cpu"]["threads"] >= 1
    text = joulecast("hardware", "auto", env=env).out
    for words in ("NVIDIA GeForce RTX 3090", "limited to 280 W", "in the catalogue as RTX 3090",
                  "not in the catalogue", "82 streaming multiprocessors"):
        assert words in text


def test_auto_names_amds_gpus(joulecast):
    env = fake_gpus('architecture=cdna energy_period=1ms model="AMD Instinct MI210"')
    document = joulecast("hardware", "auto", "--json", env=env).json("hardware")
    assert [gpu["entry"] for gpu in document["machine"]["gpus"]] == ["Instinct MI210"]


def test_auto_without_gpus(joulecast):
    env = fake_gpus("gpus=0")
    outcome = joulecast("hardware", "auto", env=env)
    assert outcome.code == 0
    assert "none found" in outcome.out
    assert joulecast("hardware", "auto", "--json", env=env).json("hardware")["machine"]["gpus"] == []

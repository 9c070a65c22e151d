"""joulecast network: named networks, transformers by their config.json, tables and JSON."""

import json

import pytest

GPT2 = {"model_type": "gpt2", "vocab_size": 50257, "n_embd": 768, "n_layer": 12, "n_head": 12,
        "n_positions": 1024}


@pytest.fixture
def config(write):
    """config(key=value, ...) -> path of GPT-2's config.json, changed so; None takes a key away."""

    def make(**changes):
        figures = {k: v for k, v in {**GPT2, **changes}.items() if v is not None}
        return write("gpt2.cfg", json.dumps(figures))

    return make


def shown(joulecast, *arguments, **options):
    return joulecast("network", *arguments, "--json", **options).json("network")


@pytest.mark.parametrize("name, gmacs, parameters",
                         [("resnet18", 1.814, 11_689_512), ("resnet50", 4.09, 25_557_032)])
def test_resnets_have_their_known_macs(joulecast, name, gmacs, parameters):
    totals = shown(joulecast, name, "--image-size", 224)["totals"]
    assert totals["macs"] / 1e9 == pytest.approx(gmacs, rel=1e-3)
    assert totals["parameters"] == parameters


def test_names_as_people_write_them(joulecast):
    names = {shown(joulecast, name)["name"]
             for name in ("resnet50", "ResNet-50", "RESNET_50", "torchvision/resnet50")}
    assert names == {"resnet50"}


def test_rows_add_up_to_the_totals(joulecast):
    for by in ("class", "type", "layer"):
        document = shown(joulecast, "mobilenet_v2", "--by", by)
        assert document["by"] == by
        for figure, total in document["totals"].items():
            assert sum(row[figure] for row in document["rows"]) == pytest.approx(total)


def test_width_and_head_and_frozen_share(joulecast):
    document = shown(joulecast, "mobilenetv2", "--width", 0.5, "--image-size", 128,
                     "--head", "512,1", "--frozen", 1, "--by", "layer")
    head = [row for row in document["rows"] if row["in_head"]]
    assert sum(row["parameters"] for row in head) == 1280 * 512 + 512 + 512 + 1
    totals = document["totals"]
    assert totals["trainable_parameters"] == 1280 * 512 + 512 + 512 + 1
    memory = document["training_memory"]
    assert memory["gradients_bytes"] == 4 * totals["trainable_parameters"]
    assert memory["activation_bytes"] < 0.01 * totals["activation_bytes"]


def test_batch_and_precision_scale(joulecast):
    one = shown(joulecast, "resnet18")["totals"]
    eight = shown(joulecast, "resnet18", "--batch-size", 8, "--precision", "bf16")["totals"]
    assert eight["macs"] == 8 * one["macs"]
    assert eight["activation_bytes"] == pytest.approx(4 * one["activation_bytes"], rel=0.01)
    assert eight["parameters"] == one["parameters"]


def test_transformer_by_its_configuration(joulecast, config):
    document = shown(joulecast, config(), "--sequence-length", 256, "--precision", "bf16")
    assert document["totals"]["parameters"] == 124_439_808
    assert document["input_shape"] == [256]
    memory = document["training_memory"]
    assert memory["weights_bytes"] == 6 * 124_439_808
    assert memory["gradients_bytes"] == 2 * 124_439_808
    assert memory["optimiser_bytes"] == 8 * 124_439_808


def test_screen_is_as_wide_as_the_terminal(joulecast, config):
    for width in (60, 80, 120):
        for by in ("class", "type", "layer"):
            out = joulecast("network", config(), "--by", by, env={"COLUMNS": str(width)}).out
            lines = [line for line in out.splitlines() if "gpt2.cfg" not in line]
            assert max(map(len, lines)) <= width
            assert "124439808" in out
            assert "\x1b" not in out


def test_list(joulecast):
    networks = shown(joulecast, "--list")["networks"]
    names = [each["name"] for each in networks]
    assert names == sorted(names)
    assert {"resnet50", "mobilenet_v2", "vgg16"} <= set(names)
    filtered = shown(joulecast, "--list", "efficientnet")["networks"]
    assert 8 <= len(filtered) < len(networks)
    assert "resnet50" in joulecast("network", "--list").out


def test_list_and_help_fit_eighty_columns(joulecast):
    for arguments in (["--list"], ["--help"]):
        for width in ("80", "120"):
            out = joulecast("network", *arguments, env={"COLUMNS": width}).out
            assert max(map(len, out.splitlines())) <= int(width)
    assert "torchvision" in joulecast("network", "--list", env={"COLUMNS": "120"}).out


def test_counts_are_whole_numbers(joulecast):
    document = shown(joulecast, "resnet50", "--precision", "bf16")
    for count in [*document["totals"].values(), *document["training_memory"].values()]:
        assert isinstance(count, int)


def test_frozen_share_in_percent(joulecast):
    assert (shown(joulecast, "resnet18", "--frozen", "50%")["totals"]
            == shown(joulecast, "resnet18", "--frozen", "0.5")["totals"])


def test_dropout_that_drops_nothing_is_no_operator(joulecast):
    assert "Dropout" not in {row["name"] for row in shown(joulecast, "swin_t", "--by", "type")["rows"]}


def test_input_of_single_numbers(joulecast):
    assert "2 numbers, one to an input" in joulecast("network", "neumf").out


def test_named_file_wins_only_if_it_looks_like_one(joulecast, config, write, tmp_path):
    (tmp_path / "resnet18").write_bytes(config().read_bytes())
    assert shown(joulecast, "resnet18")["name"] == "resnet18"
    assert shown(joulecast, "./resnet18")["totals"]["parameters"] == 124_439_808
    (tmp_path / "mine").write_bytes(config().read_bytes())
    assert shown(joulecast, "mine")["totals"]["parameters"] == 124_439_808


@pytest.mark.parametrize(
    "arguments, part, code",
    [
        ([], "name a network or a file", 2),
        (["resnet51"], "did you mean resnet50", 1),
        (["keras/nothing"], "there is no network", 1),
        (["none.onnx"], "there is no such file", 1),
        (["resnet50", "--image-size", "0"], "--image-size", 2),
        (["resnet50", "--image-size", "big"], "480x640", 2),
        (["resnet50", "--image-size", "-224"], "--image-size", 2),
        (["resnet50", "--batch-size", "0"], "from 1 to 16777216", 2),
        (["resnet50", "--batch-size", "1000000000"], "from 1 to 16777216", 2),
        (["resnet50", "--batch-size", "9000000000"], "from 1 to 16777216", 2),
        (["resnet50", "--sequence-length", "5"], "takes no sequences", 1),
        (["resnet50", "--width", "0.5"], "has no width", 1),
        (["mobilenet_v2", "--width", "9"], "at most 4", 2),
        (["mobilenet_v2", "--width", "0"], "above 0", 2),
        (["resnet50", "--frozen", "2"], "from 0 to 1", 2),
        (["resnet50", "--frozen", "101%"], "from 0 to 1", 2),
        (["resnet50", "--frozen", "nan"], "from 0 to 1", 2),
        (["resnet50", "--frozen", "half"], "such as 0.5 or 50%", 2),
        (["resnet50", "--head", "512,,1"], "is not a head", 2),
        (["resnet50", "--head", ""], "is not a head", 2),
        (["resnet50", "--image-size", ""], "480x640", 2),
        (["unet", "--head", "10"], "leave out the head", 1),
        (["unet", "--image-size", "100"], "a multiple of 16", 1),
        (["vgg16", "--image-size", "16"], "image size 16 is too small", 1),
        (["/"], "is a folder", 1),
        (["/dev/zero"], "is not a regular file", 1),
        (["./resnet50"], "there is no such file", 1),
        (["resnet50", "--precision", "fp12"], "choose fp32", 2),
        (["resnet50", "--by", "colour"], "choose class", 2),
        (["resnet50", "--list", "x"], "without a NETWORK", 2),
        (["--list", "nosuch"], "has 'nosuch' in it", 1),
        (["vit_b_16", "--image-size", "256"], "224 x 224", 1),
    ],
)
def test_what_is_wrong_is_one_line(joulecast, arguments, part, code):
    outcome = joulecast("network", *arguments)
    assert part in outcome.error_line()
    assert outcome.code == code


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"n_embd": None}, 'there is no "n_embd"'),
        ({"n_layer": -1}, '"n_layer" must be a whole number'),
        ({"n_layer": 10**30}, '"n_layer" must be a whole number'),
        ({"n_head": 7}, "no multiple"),
        ({"model_type": "rwkv"}, "'rwkv' is none of"),
        ({"model_type": 5}, "model_type"),
    ],
)
def test_bad_configuration_names_its_key(joulecast, config, changes, part):
    assert part in joulecast("network", config(**changes)).error_line()


def test_files_that_are_no_network(joulecast, write):
    for content in (b"", b"\x00" * 100, b"{", b'{"a": 1}', b"<html>", b"\x08\x07\xff\xff"):
        joulecast("network", write("x.onnx", content)).error_line()
